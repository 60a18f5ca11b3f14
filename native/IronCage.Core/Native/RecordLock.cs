using System.Runtime.InteropServices;

namespace IronCage.Core.Native;

/// <summary><c>struct flock</c> of 64-bit Linux: a lock of a range of bytes of a file.</summary>
/// <param name="Type"><see cref="Read"/>, <see cref="Write"/> or <see cref="Unlock"/>.</param>
/// <param name="Whence">Where <paramref name="Start"/> counts from: 0 is the beginning of the file.</param>
/// <param name="Start">The first byte.</param>
/// <param name="Length">How many bytes; 0: all that follow.</param>
/// <param name="Pid">Who holds it, in answers to <see cref="Libc.GetLock"/>; else 0.</param>
[StructLayout(LayoutKind.Sequential)]
public record struct RecordLock(short Type, short Whence, long Start, long Length, int Pid)
{
    /// <summary><c>F_RDLCK</c>: shared with other readers.</summary>
    public const short Read = 0;

    /// <summary><c>F_WRLCK</c>: shared with nobody.</summary>
    public const short Write = 1;

    /// <summary><c>F_UNLCK</c>: none any more.</summary>
    public const short Unlock = 2;
}
