namespace IronCage.Reliability;

/// <summary>One circuit at one instant.</summary>
/// <param name="Key">The circuit.</param>
/// <param name="State">Its state. An open circuit whose timeout is over stays open until a call asks.</param>
/// <param name="ConsecutiveFailures">Failures in a row, failed probes included; 0 after a success.</param>
/// <param name="TimesOpened">How often it has opened; a probe's failure counts as opening.</param>
/// <param name="RetryAfter">Until the next call is let through: null while closed, zero when it would be let through as a probe now.</param>
/// <param name="IsFromElsewhere">Another user of the store brought it into this state.</param>
public sealed record CircuitReport(string Key, CircuitState State, int ConsecutiveFailures, long TimesOpened, TimeSpan? RetryAfter, bool IsFromElsewhere = false);
