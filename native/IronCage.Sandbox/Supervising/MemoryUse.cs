using System.Globalization;
using System.Text;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>
/// What processes use of memory together. Pages that they share count once (proportional set size), and files in memory that nothing maps count, too: those escape the limits of address space.
/// </summary>
internal static class MemoryUse
{
    /// <summary>Bytes. What is far below the limit is told by its upper bound, which is cheaper to find out.</summary>
    public static long Of(List<int> members, long limit)
    {
        long upper = 0;
        foreach (var pid in members)
            upper += ProcessTable.Memory(pid).Resident;
        var files = MemoryFiles(members);
        if (upper + files <= limit)
            return upper + files;
        long exact = 0;
        foreach (var pid in members)
            exact += ProcessTable.ProportionalMemory(pid) ?? ProcessTable.Memory(pid).Anonymous;
        return exact + files;
    }

    /// <summary>Files made by memfd_create that a process has open, each once. Parts that are mapped count twice, once here: too much rather than too little.</summary>
    private static long MemoryFiles(List<int> members)
    {
        var seen = new HashSet<(ulong, ulong)>();
        long bytes = 0;
        foreach (var pid in members)
        {
            try
            {
                foreach (var link in new DirectoryInfo($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/fd").EnumerateFileSystemInfos())
                {
                    if (link.LinkTarget is not { } target || !target.StartsWith("/memfd:", StringComparison.Ordinal))
                        continue;
                    var facts = FileFacts.OfPath(NativeText.Of(link.FullName));
                    if (seen.Add((facts.Device, facts.Inode)))
                        bytes += (long)facts.Blocks * 512;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // gone meanwhile
            }
        }
        return bytes;
    }
}
