namespace IronCage.Runtime.Calls;

/// <summary>How a call ended; the numbers of <c>IRONCAGE_END_*</c>.</summary>
public enum CallEnding
{
    Complete = 0,
    NotSent = 1,
    NoResponse = 2,
    Aborted = 3,
    Withdrawn = 4,
    Cancelled = 5,
    Cut = 6,
}
