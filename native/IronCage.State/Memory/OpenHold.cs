namespace IronCage.State;

/// <summary>
/// A hold of this process in an account in memory: its amount in picodollars, the claim of <see cref="SharedLedger"/> under which it was taken, and those of the accounts
/// above, if there are any.
/// </summary>
internal readonly record struct OpenHold(long Amount, int Claim, int[]? Above)
{
    /// <summary>The call waits and holds nothing yet.</summary>
    public static readonly OpenHold Waiting = new(-1, 0, null);
}
