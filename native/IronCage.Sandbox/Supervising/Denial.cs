namespace IronCage.Sandbox.Supervising;

/// <summary>Something that was refused.</summary>
/// <param name="What">The system call.</param>
/// <param name="Target">What it was about: a path, an address, an argument; empty where there is nothing to tell.</param>
/// <param name="Option">The option that would allow it; empty when none does.</param>
internal readonly record struct Denial(string What, string Target, string Option);
