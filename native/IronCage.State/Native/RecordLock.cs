using System.Runtime.InteropServices;

namespace IronCage.State;

/// <summary><c>struct flock</c> of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RecordLock
{
    public const short Read = 0;
    public const short Write = 1;
    public const short Unlock = 2;

    public short Type;
    public short Whence;
    public long Start;
    public long Length;
    public int Pid;
}
