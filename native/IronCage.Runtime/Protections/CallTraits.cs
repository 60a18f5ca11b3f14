namespace IronCage.Runtime.Protections;

/// <summary>What a call is, beside one of its model's.</summary>
[Flags]
internal enum CallTraits
{
    None = 0,

    /// <summary>It has less output than it asked for.</summary>
    Lowered = 1,

    /// <summary>A cheaper model was called.</summary>
    Degraded = 2,

    /// <summary>It repeats one that failed.</summary>
    Retry = 4,

    /// <summary>Another model or host was called, as the first did not answer.</summary>
    FellBack = 8,

    /// <summary>It was made beside one that did not answer yet.</summary>
    Hedge = 16,
}
