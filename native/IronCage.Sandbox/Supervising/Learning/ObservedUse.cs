using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace IronCage.Sandbox.Supervising.Learning;

/// <summary>What a program that runs without walls was seen to use. A path is read from the caller's memory while the call waits; the program is trusted here, so that it could change it does not matter.</summary>
internal sealed class ObservedUse
{
    private const int Most = 20_000;
    private const uint AccessModes = 3, Create = 0x40, Truncate = 0x200;

    private readonly HashSet<string> _read = [];
    private readonly HashSet<string> _written = [];
    private readonly HashSet<string> _executed = [];
    private readonly SortedSet<ushort> _connected = [];
    private readonly SortedSet<ushort> _bound = [];

    public IReadOnlyCollection<string> Read => _read;
    public IReadOnlyCollection<string> Written => _written;
    public IReadOnlyCollection<string> Executed => _executed;
    public IReadOnlyCollection<ushort> Connected => _connected;
    public IReadOnlyCollection<ushort> Bound => _bound;

    /// <param name="name">The system call.</param>
    /// <param name="notification">It.</param>
    public void Add(string name, in Notification notification)
    {
        var pid = notification.Pid;
        var a = notification.Call.Arguments;
        switch (name)
        {
            case "open":
                Opened(Resolve(pid, -100, a[0]), (uint)a[1]);
                break;
            case "openat":
                Opened(Resolve(pid, (int)a[0], a[1]), (uint)a[2]);
                break;
            case "openat2":
                Span<byte> how = stackalloc byte[8];
                Opened(Resolve(pid, (int)a[0], a[1]), CallerMemory.TryRead(pid, a[2], how) ? BinaryPrimitives.ReadUInt32LittleEndian(how) : 0);
                break;
            case "execve":
                Put(_executed, Resolve(pid, -100, a[0]));
                break;
            case "connect" or "bind":
                Port(pid, a[1], name == "connect" ? _connected : _bound);
                break;
            case "rename" or "link":
                Put(_written, Resolve(pid, -100, a[0]));
                Put(_written, Resolve(pid, -100, a[1]));
                break;
            case "renameat" or "renameat2" or "linkat":
                Put(_written, Resolve(pid, (int)a[0], a[1]));
                Put(_written, Resolve(pid, (int)a[2], a[3]));
                break;
            case "symlink":
                Put(_written, Resolve(pid, -100, a[1]));
                break;
            case "symlinkat":
                Put(_written, Resolve(pid, (int)a[1], a[2]));
                break;
            default:
                Put(_written, name.Contains("at", StringComparison.Ordinal) && name is not "creat" and not "truncate" ? Resolve(pid, (int)a[0], a[1]) : Resolve(pid, -100, a[0]));
                break;
        }
    }

    private void Opened(string? path, uint flags) => Put((flags & AccessModes) != 0 || (flags & (Create | Truncate)) != 0 ? _written : _read, path);

    private static void Put(HashSet<string> into, string? path)
    {
        if (path is not null && into.Count < Most)
            into.Add(path);
    }

    private static void Port(int pid, ulong address, SortedSet<ushort> into)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (CallerMemory.TryRead(pid, address, bytes) && BinaryPrimitives.ReadUInt16LittleEndian(bytes) is 2 or 10 && BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) is var port and not 0)
            into.Add(port);
    }

    private static string? Resolve(int pid, int directory, ulong address)
    {
        if (CallerMemory.Path(pid, address) is not { Length: > 0 } bytes)
            return null;
        var path = Encoding.UTF8.GetString(bytes);
        if (path[0] == '/')
            return Path.GetFullPath(path);
        var start = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{(directory == -100 ? "cwd" : "fd/" + directory.ToString(CultureInfo.InvariantCulture))}");
        try
        {
            return new FileInfo(start).LinkTarget is { } from && from.StartsWith('/') ? Path.GetFullPath(path, from) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
