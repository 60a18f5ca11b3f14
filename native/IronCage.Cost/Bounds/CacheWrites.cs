namespace IronCage.Cost;

/// <summary>Which writes to the provider's prompt cache a request can cause, the dearest of several.</summary>
public enum CacheWrites
{
    /// <summary>The provider decides by itself, and charges the usual price of a write.</summary>
    Automatic = 0,

    /// <summary>None.</summary>
    None = 1,

    /// <summary>At the usual price of a write.</summary>
    Usual = 2,

    /// <summary>Kept for an hour.</summary>
    Hour = 3,
}
