namespace IronCage.Reliability;

/// <summary>What one provider host and model is used for at one instant.</summary>
/// <param name="Key">Which.</param>
/// <param name="Requests">Calls that began in the last 60 seconds; 0 where no rate is limited.</param>
/// <param name="Tokens">Their tokens: of calls in flight as they were counted at their begin, of the others as they were used. 0 where no rate is limited.</param>
/// <param name="InFlight">Calls that have a place.</param>
/// <param name="Waiting">Calls that wait for one.</param>
/// <param name="Waited">Calls that waited, so far, and went.</param>
/// <param name="PausedFor">For how long the provider wants no further call; null: it said nothing of the kind, or the time is over.</param>
public sealed record LimitReport(string Key, int Requests, long Tokens, int InFlight, int Waiting, long Waited, TimeSpan? PausedFor);
