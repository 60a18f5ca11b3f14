using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Tests.Policy;

/// <summary>A disk of a few lines: "/a/b" a directory, "/a/f:file", "/dev/x:device", "/l>/target" a link.</summary>
internal sealed class MemoryPaths : IPathProbe
{
    private readonly Dictionary<string, PathKind> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    public MemoryPaths(params string[] lines)
    {
        foreach (var line in lines)
            Add(line);
    }

    /// <summary>A Debian machine with a merged /usr, an interpreter in a venv and a folder for work.</summary>
    public static MemoryPaths Debian(params string[] more) => new(
        ["/usr/bin", "/usr/lib", "/usr/lib64", "/usr/sbin", "/bin>/usr/bin", "/lib>/usr/lib", "/lib64>/usr/lib64", "/sbin>/usr/sbin",
            "/usr/bin/sh>/usr/bin/dash", "/usr/bin/dash:file", "/usr/bin/git:file", "/usr/bin/cat:file", "/usr/lib64/ld-linux-x86-64.so.2:file",
            "/etc/hosts:file", "/etc/passwd:file", "/etc/resolv.conf>/run/resolve/stub.conf", "/run/resolve/stub.conf:file", "/etc/ssl/certs", "/etc/ssl/private",
            "/etc/localtime>/usr/lib/UTC", "/usr/lib/UTC:file", "/dev/null:device", "/dev/zero:device", "/dev/full:device", "/dev/urandom:device", "/dev/random:device", "/dev/kvm:device",
            "/home/a/.ssh", "/home/a/venv/bin/python:file", "/home/a/project", "/tmp/work", "/data/in", "/proc/1", "/sys", .. more]);

    public PathFacts Look(string path)
    {
        var real = path;
        for (var hops = 0; hops < 10; hops++)
        {
            var link = Prefixes(real).FirstOrDefault(_links.ContainsKey);
            if (link is null)
                return _nodes.TryGetValue(real, out var kind) ? new PathFacts(kind, real) : new PathFacts(PathKind.Missing, path);
            real = _links[link] + real[link.Length..];
        }
        return new PathFacts(PathKind.Missing, path);
    }

    private void Add(string line)
    {
        var arrow = line.IndexOf('>', StringComparison.Ordinal);
        if (arrow > 0)
        {
            _links[line[..arrow]] = line[(arrow + 1)..];
            return;
        }
        var parts = line.Split(':');
        foreach (var folder in Prefixes(parts[0]))
            _nodes.TryAdd(folder, PathKind.Directory);
        _nodes["/"] = PathKind.Directory;
        _nodes[parts[0]] = parts.Length == 1 ? PathKind.Directory : parts[1] == "file" ? PathKind.File : PathKind.Device;
    }

    /// <summary>"/a", "/a/b", "/a/b/c".</summary>
    private static IEnumerable<string> Prefixes(string path)
    {
        for (var end = path.IndexOf('/', 1); end > 0; end = path.IndexOf('/', end + 1))
            yield return path[..end];
        if (path.Length > 1)
            yield return path;
    }
}
