namespace IronCage.Reliability;

/// <summary>The result type of the pipeline. A refusal is a value like every other end: no exception is made on the way.</summary>
internal readonly record struct CircuitOutcome(CircuitOutcomeKind Kind, CallResult Result, TimeSpan RetryAfter)
{
    public static CircuitOutcome Forgotten => new(CircuitOutcomeKind.Forgotten, CallResult.Ignored, TimeSpan.Zero);

    public static CircuitOutcome Ended(CallResult result) => new(CircuitOutcomeKind.Ended, result, TimeSpan.Zero);

    public static CircuitOutcome Refused(TimeSpan retryAfter) => new(CircuitOutcomeKind.Refused, CallResult.Ignored, retryAfter);
}
