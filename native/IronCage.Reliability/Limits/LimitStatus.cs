namespace IronCage.Reliability;

/// <summary>How the question for a place ended.</summary>
public enum LimitStatus
{
    /// <summary>The call may go.</summary>
    Granted = 0,

    /// <summary>The wait was over before there was a place.</summary>
    TimedOut = 1,

    /// <summary>Whoever waited gave up.</summary>
    Cancelled = 2,

    /// <summary>The call counts more tokens than a minute has: waiting would be in vain.</summary>
    NeverFits = 3,
}
