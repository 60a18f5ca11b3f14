namespace IronCage.Lang;

/// <summary>What a text of an answer is for.</summary>
public enum TextRole
{
    /// <summary>Anything else: reasoning, what the provider says, what is not understood.</summary>
    Other,

    /// <summary>What the model says to its user.</summary>
    Answer,

    /// <summary>The arguments of a tool, as a text that is JSON itself.</summary>
    ToolArguments,

    /// <summary>A string in the input of a tool.</summary>
    ToolInput,
}
