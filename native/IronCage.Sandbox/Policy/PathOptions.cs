using System.Text;

namespace IronCage.Sandbox.Policy;

/// <summary>Reads the paths of a policy: absolute, without links, there, and none that would open everything.</summary>
internal sealed class PathOptions(IPathProbe paths)
{
    /// <summary>The longest path that the kernel takes, in bytes, without its NUL.</summary>
    public const int LongestPath = 4095;

    private static readonly string[] NeverGranted = ["/", "/proc", "/sys", "/dev"];

    /// <summary>A path that the user named: a link is refused, as whoever may write beside it decides where it leads.</summary>
    public PathFacts Required(string path, string option)
    {
        var name = Named(path, option);
        var facts = paths.Look(name);
        if (facts.Kind == PathKind.Missing)
            throw new PolicyException(option, $"{name} does not exist, or cannot be looked at");
        if (facts.RealPath != name)
            throw new PolicyException(option, $"{name} is or passes through a symbolic link; name {facts.RealPath}, to which it leads");
        RefuseWhole(name, option);
        return facts;
    }

    /// <summary>A path that the user named to be executed: links are followed, as /bin and alternatives are links.</summary>
    public PathFacts RequiredTarget(string path, string option)
    {
        var name = Named(path, option);
        var facts = paths.Look(name);
        if (facts.Kind is not (PathKind.File or PathKind.Directory))
            throw new PolicyException(option, facts.Kind == PathKind.Missing ? $"{name} does not exist, or cannot be looked at" : $"{name} is neither a file nor a directory");
        RefuseWhole(facts.RealPath, option);
        return facts;
    }

    /// <summary>A path that need not be there, with the links that are there followed.</summary>
    public PathFacts Optional(string path, string option) => paths.Look(Named(path, option));

    /// <summary>Whether a path is another or lies below it.</summary>
    public static bool IsWithin(string path, string folder) =>
        folder == "/" || path == folder || (path.StartsWith(folder, StringComparison.Ordinal) && path[folder.Length] == '/');

    /// <summary>Refuses the roots of everything: below them lie other processes' environments, devices and the kernel's settings.</summary>
    public static void RefuseWhole(string path, string option)
    {
        if (Array.IndexOf(NeverGranted, path) >= 0 || IsWithin(path, "/proc") || IsWithin(path, "/sys"))
            throw new PolicyException(option, $"{path} cannot be granted: it would open other processes, devices or the kernel's settings. Name the folders that are needed");
    }

    private static string Named(string path, string option)
    {
        if (path.Length == 0)
            throw new PolicyException(option, "must not be empty");
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new PolicyException(option, "must not hold a NUL character");
        if (path[0] != '/')
            throw new PolicyException(option, $"{path} must be an absolute path, beginning with /");
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
            throw new PolicyException(option, $"must have at most {LongestPath} bytes");
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        // What .. leads to depends on links.
        if (Array.IndexOf(parts, "..") >= 0)
            throw new PolicyException(option, $"{path} must not hold ..");
        return "/" + string.Join('/', parts);
    }
}
