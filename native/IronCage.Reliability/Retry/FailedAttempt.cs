namespace IronCage.Reliability;

/// <summary>An attempt that failed before anything of an answer reached the caller.</summary>
/// <param name="Number">Which attempt of its request it was, 1 for the first.</param>
/// <param name="Status">The HTTP status of its response; 0: there was no response.</param>
/// <param name="ShouldRetry">The response's header <c>x-should-retry</c>; empty: none.</param>
/// <param name="RetryAfterMs">The response's header <c>retry-after-ms</c>; empty: none.</param>
/// <param name="RetryAfter">The response's header <c>retry-after</c>: seconds, or an HTTP date; empty: none.</param>
public readonly record struct FailedAttempt(int Number, int Status, string ShouldRetry = "", string RetryAfterMs = "", string RetryAfter = "");
