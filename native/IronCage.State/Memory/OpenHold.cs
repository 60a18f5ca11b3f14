namespace IronCage.State;

/// <summary>A hold of this process in an account in memory: its amount in picodollars, and the claim of <see cref="SharedLedger"/> under which it was taken.</summary>
internal readonly record struct OpenHold(long Amount, int Claim)
{
    /// <summary>The call waits and holds nothing yet.</summary>
    public static readonly OpenHold Waiting = new(-1, 0);
}
