using System.Runtime.InteropServices;
using System.Text;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Kernel;

/// <summary>Looks at the disk of this machine.</summary>
public sealed unsafe partial class DiskPathProbe : IPathProbe
{
    private const int LongestPath = 4096;
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;
    private const int ModeOffset = 0x1C;

    private readonly int? _statx = KernelProbe.CurrentArchitecture is { } architecture ? SyscallTable.Of(architecture).NumberOf("statx") : null;

    /// <inheritdoc/>
    public PathFacts Look(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (_statx is not { } statx || path.Contains('\0', StringComparison.Ordinal))
            return new PathFacts(PathKind.Missing, path);
        // What cannot be resolved to a path of its own is missing: a loop, a folder that may not be passed.
        var resolved = stackalloc byte[LongestPath];
        if (RealPath(path, resolved) == null)
            return new PathFacts(PathKind.Missing, path);
        var facts = stackalloc byte[256];
        if (Libc.Syscall(statx, CurrentFolder, (nint)resolved, 0, (nint)TypeOnly, (nint)facts) != 0)
            return new PathFacts(PathKind.Missing, path);
        var kind = (*(ushort*)(facts + ModeOffset) & 0xF000) switch
        {
            0x8000 => PathKind.File,
            0x4000 => PathKind.Directory,
            0x2000 or 0x6000 => PathKind.Device,
            _ => PathKind.Other,
        };
        return new PathFacts(kind, Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved)));
    }

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* RealPath(string path, byte* resolved);
}
