using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary>
/// Takes everything from the calling thread that the policy does not leave it, for ever: what it starts from then on is confined, the rest of the process stays free. Landlock's domain and the
/// filter bind the thread and its children only (landlock(7), seccomp(2)). Allocates nothing: a collection that this thread began might have to signal threads outside its domain.
/// </summary>
internal static unsafe class ThreadRestriction
{
    private const int NoNewPrivileges = 38, DropBounding = 24, Ambient = 47, AmbientClearAll = 4;
    private const int JoinSessionKeyring = 1;
    private const int SetModeFilter = 1;
    private const int NewListener = 8, WaitKillable = 0x20;
    private const uint CapabilityVersion3 = 0x20080522;
    private const int MostCapabilities = 64;

    /// <summary>The step at which <see cref="Apply"/> failed.</summary>
    public enum Step
    {
        None,
        Capabilities,
        NoNewPrivileges,
        Landlock,
        Filter,
    }

    /// <summary>Restricts the thread. The listener of the filter, −1 without one; a step and errno when it failed, and then the thread must end.</summary>
    /// <param name="ruleset">A Landlock ruleset, −1 for none.</param>
    /// <param name="landlockFlags">Flags of landlock_restrict_self.</param>
    /// <param name="program">The filter, a <c>sock_filter</c> array.</param>
    /// <param name="length">Its instructions; 0 for no filter.</param>
    /// <param name="listen">Whether to make a listener.</param>
    /// <param name="waitKillable">Whether what waits for the listener is to be disturbed by deadly signals only (Linux 5.19).</param>
    public static (int Listener, Step Failed, int Errno) Apply(int ruleset, uint landlockFlags, void* program, int length, bool listen, bool waitKillable)
    {
        // Where keys are not configured or not allowed there is nothing to separate: the filter denies keyctl.
        _ = Libc.Syscall(SystemCalls.KeyControl, JoinSessionKeyring, 0);
        if (DropCapabilities() is var errno and not 0)
            return (-1, Step.Capabilities, errno);
        if (Libc.Prctl(NoNewPrivileges, 1) != 0)
            return (-1, Step.NoNewPrivileges, Libc.Errno);
        if (ruleset >= 0 && Libc.Syscall(SystemCalls.LandlockRestrictSelf, ruleset, (nint)landlockFlags) != 0)
            return (-1, Step.Landlock, Libc.Errno);
        if (length == 0)
            return (-1, Step.None, 0);
        var filter = new FilterProgram { Length = (ushort)length, Instructions = program };
        var flags = listen ? NewListener | (waitKillable ? WaitKillable : 0) : 0;
        var listener = Libc.Syscall(SystemCalls.Seccomp, SetModeFilter, flags, (nint)(&filter));
        return listener < 0 ? (-1, Step.Filter, Libc.Errno) : (listen ? (int)listener : -1, Step.None, 0);
    }

    private static int DropCapabilities()
    {
        // Without CAP_SETPCAP the bounding set stays; no_new_privs makes it worthless.
        for (var capability = 0; capability < MostCapabilities; capability++)
        {
            if (Libc.Prctl(DropBounding, capability) != 0)
                break;
        }
        _ = Libc.Prctl(Ambient, AmbientClearAll);
        var header = stackalloc uint[2] { CapabilityVersion3, 0 };
        var none = stackalloc uint[6];
        return Libc.Syscall(SystemCalls.CapSet, (nint)header, (nint)none) == 0 ? 0 : Libc.Errno;
    }

    /// <summary><c>struct sock_fprog</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public void* Instructions;
    }
}
