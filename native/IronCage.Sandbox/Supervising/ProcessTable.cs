using System.Globalization;
using System.Text;

namespace IronCage.Sandbox.Supervising;

/// <summary>Reads /proc: who is whose child, what a process uses. A process that is gone reads as nothing.</summary>
internal static class ProcessTable
{
    /// <summary>The children of a process, of all its threads.</summary>
    public static List<int> Children(int pid)
    {
        var children = new List<int>();
        try
        {
            foreach (var task in Directory.EnumerateDirectories($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/task"))
                Numbers(File.ReadAllText(task + "/children"), children);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // gone meanwhile
        }
        return children;
    }

    /// <summary>The process group of a process; 0 when it is gone.</summary>
    public static int Group(int pid) => Stat(pid) is [_, _, var group, ..] ? (int)Parse(group) : 0;

    /// <summary>The process that a descriptor of a process stands for (pidfd_open(2)); 0: it stands for none, -1: that one is gone.</summary>
    public static int OfDescriptor(int holder, int descriptor)
    {
        try
        {
            foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{holder}/fdinfo/{descriptor}")))
            {
                if (line.StartsWith("Pid:", StringComparison.Ordinal))
                    return int.Parse(line.AsSpan(4).Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // not open, or gone
        }
        return 0;
    }

    /// <summary>These processes and all that descend from them.</summary>
    public static List<int> WithDescendants(IEnumerable<int> roots)
    {
        var found = new List<int>(roots);
        var seen = new HashSet<int>(found);
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var child in Children(found[i]))
            {
                if (seen.Add(child))
                    found.Add(child);
            }
        }
        return found;
    }

    /// <summary>Every process of the system that has the mark.</summary>
    public static List<int> Marked(TreeMark mark)
    {
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && mark.IsOn(pid))
                found.Add(pid);
        }
        return found;
    }

    /// <summary>Whether a process has ended and is only waited for, or is gone.</summary>
    public static bool IsZombie(int pid) => Stat(pid) is not [not "Z" and not "X", ..];

    /// <summary>Clock ticks (100 a second) that a process and the children that it waited for have had of processors.</summary>
    public static long CpuTicks(int pid)
    {
        var fields = Stat(pid);
        return fields.Length < 15 ? 0 : Parse(fields[11]) + Parse(fields[12]) + Parse(fields[13]) + Parse(fields[14]);
    }

    /// <summary>Bytes of a process that are in memory: all, and those of them that are its own alone (anonymous).</summary>
    public static (long Resident, long Anonymous) Memory(int pid)
    {
        try
        {
            var fields = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/statm").Split(' ');
            var resident = Parse(fields[1]) * Environment.SystemPageSize;
            return (resident, resident - Parse(fields[2]) * Environment.SystemPageSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return default;
        }
    }

    /// <summary>The proportional set size of a process in bytes (proc(5), smaps_rollup): what is shared counts in parts.</summary>
    public static long? ProportionalMemory(int pid)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/smaps_rollup"))
            {
                if (line.StartsWith("Pss:", StringComparison.Ordinal))
                    return Parse(line.AsSpan(4).Trim().TrimEnd(" kB")) * 1024;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // gone, or nobody may look
        }
        return null;
    }

    /// <summary>What follows the name in /proc/PID/stat: the state first.</summary>
    private static string[] Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return [];
        }
    }

    private static void Numbers(string text, List<int> into)
    {
        foreach (var part in text.AsSpan().Split(' '))
        {
            if (int.TryParse(text.AsSpan()[part], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                into.Add(number);
        }
    }

    private static long Parse(ReadOnlySpan<char> text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
