using System.Globalization;
using System.Runtime.InteropServices;

namespace IronCage.State;

/// <summary>
/// Which process, told apart from later ones that get the same number: its id, its start in clock ticks since boot (0 where /proc does not tell), and the namespace
/// in which the id counts.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly partial record struct ProcessMark(long Id, long Started, long Namespace)
{
    private const int NoSuchProcess = 3; // ESRCH

    /// <summary>This process.</summary>
    public static ProcessMark Current { get; } = new(Environment.ProcessId, StatusOf("self")?.Started ?? 0, NamespaceOfSelf());

    /// <summary>
    /// Whether the process is surely gone: no longer there, a zombie, or another one under its number. False when in doubt, as across namespaces of process ids.
    /// </summary>
    public bool IsDead
    {
        get
        {
            if (Namespace != Current.Namespace || this == Current)
                return false;
            if (Kill((int)Id, 0) != 0 && Marshal.GetLastPInvokeError() == NoSuchProcess)
                return true;
            if (StatusOf(Id.ToString(CultureInfo.InvariantCulture)) is not { } found)
                return false;
            return (found.State is 'Z' or 'X' && found.Threads <= 1) || (Started != 0 && found.Started != Started);
        }
    }

    private readonly record struct Status(char State, long Threads, long Started);

    private static Status? StatusOf(string process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            // The name in parentheses may hold anything; after it: state, 16 numbers up to the threads (20th), itrealvalue, start (22nd).
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Status(fields[0][0], long.Parse(fields[17], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return null; // gone meanwhile, hidden, or no /proc
        }
    }

    private static long NamespaceOfSelf()
    {
        try
        {
            var target = new FileInfo("/proc/self/ns/pid").LinkTarget ?? ""; // pid:[4026531836]
            return long.TryParse(target.AsSpan().Trim("pid:[]"), CultureInfo.InvariantCulture, out var inode) ? inode : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
