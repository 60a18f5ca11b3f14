namespace IronCage.Sandbox.Hosting;

/// <summary>No folder of a PATH has the program.</summary>
internal sealed class ProgramNotFoundException(string name, string path) : Exception($"no program {name} in the sandbox's PATH ({path})");
