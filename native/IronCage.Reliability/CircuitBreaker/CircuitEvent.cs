namespace IronCage.Reliability;

/// <summary>A circuit changed its state.</summary>
/// <param name="Key">The circuit.</param>
/// <param name="State">The new state.</param>
/// <param name="Time">When, by the book's clock.</param>
/// <param name="ConsecutiveFailures">Failures in a row that led here; 0 when it closed.</param>
/// <param name="TimesOpened">How often the circuit has opened so far, this time included; a probe's failure counts as opening.</param>
/// <param name="RetryAfter">How long it refuses from now on, when it opened; null otherwise.</param>
/// <param name="IsFromElsewhere">Another user of the store opened or closed it.</param>
public sealed record CircuitEvent(
    string Key, CircuitState State, DateTimeOffset Time, int ConsecutiveFailures, long TimesOpened, TimeSpan? RetryAfter, bool IsFromElsewhere = false);
