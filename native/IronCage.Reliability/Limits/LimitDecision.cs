namespace IronCage.Reliability;

/// <summary>The answer to <see cref="LimitBook.EnterAsync"/>.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Place">What a granted call must give back, once, however it ends; null when it was refused, and where nothing is counted.</param>
/// <param name="Kind">What it waited for last; of a refused call: what refused it.</param>
/// <param name="RetryAfter">Of a refused call: when there may be room, as far as is known; above zero. Zero for others, and for one that never fits.</param>
/// <param name="Waited">How long it waited.</param>
public readonly record struct LimitDecision(LimitStatus Status, LimitPlace? Place, LimitKind Kind, TimeSpan RetryAfter, TimeSpan Waited)
{
    /// <summary>Whether the call may go.</summary>
    public bool IsGranted => Status == LimitStatus.Granted;
}
