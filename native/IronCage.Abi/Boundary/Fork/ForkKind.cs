namespace IronCage.Abi.Boundary.Fork;

/// <summary>What a <see cref="ForkNode"/> describes.</summary>
internal enum ForkKind
{
    Engine = 1,
    Budget = 2,
    Protection = 3,
    Run = 4,

    /// <summary>A named budget in memory. It stays when all its handles are freed, as the account does: whoever opens the name again goes on with it.</summary>
    Account = 5,
    Scanner = 6,
}
