namespace IronCage.Safety.Tokens;

/// <summary>What became of a token that was to be opened.</summary>
public enum TokenState
{
    /// <summary>Nothing is known under its name, or nothing yet (<see cref="TokenVault.Bring"/>).</summary>
    Unknown,

    /// <summary>The value is there.</summary>
    Opened,

    /// <summary>It was sealed with a key that the ring does not have.</summary>
    OtherKey,

    /// <summary>What the store has is not what was sealed.</summary>
    Damaged,
}
