namespace IronCage.State;

/// <summary>What happens to a circuit; the numbers stand in stores.</summary>
internal enum CircuitChange
{
    /// <summary>It closed.</summary>
    Closed = 0,

    /// <summary>It opened.</summary>
    Opened = 1,

    /// <summary>A probe ended without a result.</summary>
    GivenBack = 2,
}
