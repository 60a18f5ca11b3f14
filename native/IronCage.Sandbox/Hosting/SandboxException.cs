namespace IronCage.Sandbox.Hosting;

/// <summary>Something cannot be done here: a kernel that lacks it, a supervisor that cannot be started.</summary>
/// <param name="message">Why, for people.</param>
internal sealed class SandboxException(string message) : Exception(message);
