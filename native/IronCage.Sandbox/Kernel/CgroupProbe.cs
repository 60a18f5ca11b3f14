using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Kernel;

/// <summary>
/// Looks for a group of cgroup v2 in which groups of our own can be made and given processes: the nearest one above this process that may be written and hands controllers on.
/// The group of this process itself hands none on, as it has processes (cgroups(7), "no internal processes").
/// </summary>
internal static partial class CgroupProbe
{
    private const int Writable = 2;

    public static CgroupSupport Probe()
    {
        if (Mount() is not { } mount)
            return CgroupSupport.None("cgroup v2 is not mounted");
        var own = KernelProbe.Text("/proc/self/cgroup").Split('\n').FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal));
        if (own is null)
            return CgroupSupport.None("this process is in no group of cgroup v2");
        for (var group = own[3..].TrimEnd('/'); ; group = group[..group.LastIndexOf('/')])
        {
            var path = mount + group;
            var controllers = KernelProbe.Text($"{path}/cgroup.subtree_control").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (controllers.Length > 0 && MayWrite(path) && MayWrite($"{path}/cgroup.procs"))
                return new CgroupSupport(path, [.. controllers.Order(StringComparer.Ordinal)], null);
            if (group.Length == 0)
                return CgroupSupport.None(controllers.Length == 0 ? "cgroup v2 hands no controllers on (they belong to version 1)" : "no group of cgroup v2 above this process may be written");
        }
    }

    private static string? Mount()
    {
        foreach (var line in KernelProbe.Text("/proc/self/mountinfo").Split('\n'))
        {
            var separator = line.IndexOf(" - cgroup2 ", StringComparison.Ordinal);
            if (separator > 0 && line[..separator].Split(' ') is { Length: >= 5 } fields && fields[3] == "/")
                return fields[4];
        }
        return null;
    }

    private static bool MayWrite(string path) => Access(path, Writable) == 0;

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
