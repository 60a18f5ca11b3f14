namespace IronCage.Core.Ledger;

public enum HoldStatus
{
    /// <summary>The hold stands (and is durable, where the store is).</summary>
    Granted = 0,

    /// <summary>The call cannot fit even alone: its floor costs more than limit − spent.</summary>
    Exceeded = 1,

    /// <summary>It would fit alone, but the wait for other calls to settle ended.</summary>
    TimedOut = 2,

    /// <summary>The caller gave up while waiting; nothing is held.</summary>
    Cancelled = 3,

    /// <summary>The budget, or one above it, is frozen.</summary>
    Frozen = 4,
}
