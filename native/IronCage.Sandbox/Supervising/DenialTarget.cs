using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>What a refused call was about, for people. What is read from the caller's memory may have been changed meanwhile: it is told, nothing is decided by it.</summary>
internal static class DenialTarget
{
    /// <param name="name">The system call.</param>
    /// <param name="notification">It.</param>
    public static string Of(string name, in Notification notification)
    {
        var call = notification.Call.Arguments;
        return name switch
        {
            "socket" => Socket((int)call[0], (int)call[1] & 0xF),
            "chmod" or "chown" or "lchown" or "utime" or "utimes" or "setxattr" or "lsetxattr" or "removexattr" or "lremovexattr" or "mount" or "chroot" or "swapon" or "acct" =>
                Text(notification.Pid, call[0]),
            "fchmodat" or "fchmodat2" or "fchownat" or "utimensat" or "futimesat" or "setxattrat" or "removexattrat" or "execveat" => Text(notification.Pid, call[1]),
            "kill" or "tkill" or "tgkill" or "prlimit64" or "sched_setaffinity" or "sched_setscheduler" or "sched_setparam" or "sched_setattr" or "process_vm_readv" or "process_vm_writev" =>
                $"process {(int)call[0]}",
            "ptrace" => $"process {(int)call[1]}",
            "ioctl" => $"command 0x{(uint)call[1]:X}",
            "fcntl" or "keyctl" or "prctl" or "bpf" or "personality" => $"command {(int)call[name == "fcntl" ? 1 : 0]}",
            "clone" or "unshare" => $"flags 0x{(uint)call[0]:X}",
            _ => "",
        };
    }

    private static string Socket(int family, int type)
    {
        var families = family switch { 1 => "AF_UNIX", 2 => "AF_INET", 10 => "AF_INET6", 16 => "AF_NETLINK", 17 => "AF_PACKET", _ => "family " + family.ToString(CultureInfo.InvariantCulture) };
        var types = type switch { 1 => "SOCK_STREAM", 2 => "SOCK_DGRAM", 3 => "SOCK_RAW", 5 => "SOCK_SEQPACKET", _ => "type " + type.ToString(CultureInfo.InvariantCulture) };
        return $"{families} {types}";
    }

    private static string Text(int pid, ulong address) => CallerMemory.Path(pid, address) is { } path ? Encoding.UTF8.GetString(path) : "";
}
