namespace IronCage.Lang;

/// <summary>Which writes to a provider's prompt cache a request can cause, the dearest of several.</summary>
public enum PromptCaching
{
    /// <summary>The provider decides by itself.</summary>
    Automatic = 0,

    /// <summary>None: the request asks for none, and only requests decide.</summary>
    None,

    /// <summary>Writes at the usual price (five minutes).</summary>
    Short,

    /// <summary>Writes that are kept for an hour, at a higher price.</summary>
    Hour,
}
