using System.Globalization;
using System.Text;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>
/// What tells the processes of one tree from all others: a random pair as their RLIMIT_MSGQUEUE. It is inherited over fork, exec, setsid and double forks, the filter denies its change, and it can be
/// read in /proc/PID/limits without a privilege. The limit itself is of no use in a sandbox: POSIX queues are denied.
/// </summary>
/// <param name="Soft">The soft limit, at most <paramref name="Hard"/>.</param>
/// <param name="Hard">The hard limit.</param>
internal readonly record struct TreeMark(ulong Soft, ulong Hard)
{
    /// <summary>RLIMIT_MSGQUEUE (asm-generic/resource.h).</summary>
    public const int Resource = 12;

    private static readonly byte[] s_row = "Max msgqueue size"u8.ToArray();

    /// <summary>A mark below the limit that this process has itself.</summary>
    /// <param name="random">Random bits.</param>
    /// <exception cref="KernelException">The own limit is too low to have room for marks.</exception>
    public static unsafe TreeMark New(ulong random)
    {
        var own = stackalloc ulong[2];
        if (Libc.PrLimit(0, Resource, null, own) != 0)
            throw new KernelException("prlimit64", Libc.Errno);
        var highest = Math.Min(own[1], 1UL << 32);
        if (highest < 1 << 16)
            throw new KernelException("RLIMIT_MSGQUEUE is below 65536 bytes, which leaves no room for the mark of a tree", Errors.NotPermitted);
        // The upper half of the range: no other process has it by chance, 0 and the usual value in particular.
        var hard = highest - 1 - (random >> 32) % (highest / 2);
        return new TreeMark(1 + (random & uint.MaxValue) % (hard - 1), hard);
    }

    /// <summary>Whether a process has this mark.</summary>
    public bool IsOn(int pid) => Read(pid) == this;

    /// <summary>The mark of a process; null when it is gone or has limits that are none.</summary>
    public static unsafe TreeMark? Read(int pid)
    {
        Span<byte> path = stackalloc byte[40];
        if (!System.Text.Unicode.Utf8.TryWrite(path, $"/proc/{pid}/limits\0", out _))
            return null;
        Span<byte> text = stackalloc byte[2048];
        int length;
        fixed (byte* name = path)
        fixed (byte* into = text)
        {
            var file = Libc.Open(name, Files.CloseOnExec);
            if (file < 0)
                return null;
            length = (int)Libc.Read(file, into, (nuint)text.Length);
            _ = Libc.Close(file);
        }
        if (length <= 0)
            return null;
        ReadOnlySpan<byte> rest = text[..length];
        var at = rest.IndexOf(s_row);
        if (at < 0)
            return null;
        rest = rest[(at + s_row.Length)..].TrimStart((byte)' ');
        if (!TryNumber(ref rest, out var soft) || !TryNumber(ref rest, out var hard))
            return null;
        return new TreeMark(soft, hard);
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> text, out ulong number)
    {
        text = text.TrimStart((byte)' ');
        var end = text.IndexOf((byte)' ');
        if (end >= 0 && ulong.TryParse(text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            text = text[end..];
            return true;
        }
        number = 0;
        return false;
    }
}
