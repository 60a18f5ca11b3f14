using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Supervising;

/// <summary><c>struct seccomp_notif</c>: a system call that waits for the supervisor.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Notification
{
    public ulong Id;
    public int Pid;
    public uint Flags;
    public SystemCallData Call;
}
