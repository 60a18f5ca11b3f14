namespace IronCage.Sandbox.Spawning;

/// <summary>Signals and their numbers, the same on x86-64 and arm64 (signal(7)).</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Child = 17;
    public const int Stop = 19;

    /// <summary>Ends this process by a signal, as another was.</summary>
    public static unsafe void DieOf(int signal)
    {
        _ = Libc.Signal(signal, 0);
        var set = SignalSet.Of(signal);
        _ = Libc.SignalMask(1, &set, null);
        _ = Libc.Kill(Libc.GetPid(), signal);
        // It is deadly, or the other would not have died of it; it may take a moment to arrive.
        _ = Libc.Poll(null, 0, 1000);
    }
}
