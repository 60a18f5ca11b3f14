namespace IronCage.Sandbox.Spawning;

/// <summary>Numbers of signals, the same on x86-64 and arm64 (signal(7)).</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Child = 17;
    public const int Stop = 19;
}
