using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>The supervisor's end of a filter (seccomp_unotify(2)).</summary>
internal static unsafe class NotificationListener
{
    // _IOWR('!', 0, 80), _IOWR('!', 1, 24), _IOW('!', 2, 8): linux/seccomp.h
    private const nuint Receive = 0xC0502100, Send = 0xC0182101, IsValid = 0x40082102;

    /// <summary>Takes the next call. False when its caller is gone meanwhile.</summary>
    public static bool TryReceive(int listener, out Notification notification)
    {
        notification = default;
        fixed (Notification* into = &notification)
            return Libc.Ioctl(listener, Receive, into) == 0;
    }

    /// <summary>Answers a call.</summary>
    public static void Reply(int listener, ulong id, NotificationReply reply)
    {
        reply.Id = id;
        _ = Libc.Ioctl(listener, Send, &reply);
    }

    /// <summary>Whether the caller still waits: what was read from its memory until now was its own.</summary>
    public static bool StillWaits(int listener, ulong id) => Libc.Ioctl(listener, IsValid, &id) == 0;
}
