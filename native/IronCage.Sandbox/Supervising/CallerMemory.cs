using System.Globalization;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>Reads the memory of a process whose call waits.</summary>
internal static unsafe class CallerMemory
{
    private const int LongestPath = 4096;

    /// <summary>Reads bytes at an address. False when they cannot be read.</summary>
    public static bool TryRead(int pid, ulong address, Span<byte> into) => Read(pid, address, into) == into.Length;

    /// <summary>Reads a NUL-terminated path as bytes without the NUL; null when there is none, or it is too long.</summary>
    public static byte[]? Path(int pid, ulong address)
    {
        Span<byte> bytes = stackalloc byte[LongestPath];
        var length = Read(pid, address, bytes);
        var end = length <= 0 ? -1 : bytes[..length].IndexOf((byte)0);
        return end < 0 ? null : bytes[..end].ToArray();
    }

    private static int Read(int pid, ulong address, Span<byte> into)
    {
        var memory = Libc.Open($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/mem", Files.CloseOnExec);
        if (memory < 0)
            return -1;
        var done = 0;
        fixed (byte* bytes = into)
        {
            while (done < into.Length)
            {
                // Page by page: what follows the last mapped page cannot be read.
                var wanted = Math.Min(into.Length - done, Environment.SystemPageSize - (int)((address + (ulong)done) % (ulong)Environment.SystemPageSize));
                var read = Libc.Pread(memory, bytes + done, (nuint)wanted, (long)(address + (ulong)done));
                if (read <= 0)
                    break;
                done += (int)read;
            }
        }
        _ = Libc.Close(memory);
        return done;
    }
}
