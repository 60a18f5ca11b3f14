namespace IronCage.State;

/// <summary>What is to be told of a circuit.</summary>
/// <param name="By">Who says so.</param>
/// <param name="Key">The circuit.</param>
/// <param name="What">What happened.</param>
/// <param name="Until">Until when it refuses, in milliseconds since 1970 UTC by the clock of this process; 0 unless it opened.</param>
internal sealed record CircuitPost(string By, string Key, CircuitChange What, long Until);
