namespace IronCage.Sandbox.Hosting;

/// <summary>A program to start.</summary>
/// <param name="Arguments">argv, each ended by a NUL; the first is the program, looked up in the sandbox's PATH when it has no slash.</param>
/// <param name="Directory">The working directory, absolute; empty: that of the policy.</param>
/// <param name="TimeoutMilliseconds">Until it is ended; 0: never; −1: as the policy says.</param>
/// <param name="Unconfined">Watched, not confined.</param>
/// <param name="Descriptors">What the program has as 0, 1, 2 and so on; borrowed.</param>
internal sealed record LaunchCommand(byte[] Arguments, byte[] Directory, long TimeoutMilliseconds, bool Unconfined, int[] Descriptors);
