using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Supervising;

/// <summary><c>struct seccomp_notif_resp</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NotificationReply
{
    private const uint FlagContinue = 1;

    public ulong Id;
    public long Value;
    /// <summary>Minus errno, 0 for success.</summary>
    public int Error;
    public uint Flags;

    /// <summary>The call goes on as if nothing had been asked.</summary>
    public static NotificationReply Continue => new() { Flags = FlagContinue };

    /// <summary>The call fails.</summary>
    public static NotificationReply Fail(int errno) => new() { Error = -errno };

    /// <summary>The call was done for its caller.</summary>
    public static NotificationReply Done(long value = 0) => new() { Value = value };
}
