namespace IronCage.Sandbox.Spawning;

/// <summary>What statx(2) tells of an open file.</summary>
/// <param name="Mode">Type and permissions.</param>
/// <param name="Device">Major and minor number.</param>
/// <param name="Inode">The number of the file.</param>
/// <param name="Blocks">Units of 512 bytes that it takes.</param>
internal readonly record struct FileFacts(ushort Mode, ulong Device, ulong Inode, ulong Blocks)
{
    private const int EmptyPath = 0x1000;
    private const uint BasicFacts = 0x7FF;

    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    public bool IsLink => (Mode & 0xF000) == 0xA000;

    /// <summary>Those of a descriptor; all 0 when it is not good.</summary>
    public static FileFacts Of(int descriptor)
    {
        ReadOnlySpan<byte> empty = "\0"u8;
        return Read(descriptor, empty, EmptyPath);
    }

    /// <summary>Those of a path, links followed.</summary>
    /// <param name="path">NUL-terminated.</param>
    public static FileFacts OfPath(ReadOnlySpan<byte> path) => Read(-100, path, 0);

    private static unsafe FileFacts Read(int directory, ReadOnlySpan<byte> path, int flags)
    {
        var buffer = stackalloc byte[256];
        fixed (byte* name = path)
        {
            if (Libc.Statx(directory, name, flags, BasicFacts, buffer) != 0)
                return default;
        }
        return new FileFacts(*(ushort*)(buffer + 0x1C), (ulong)*(uint*)(buffer + 0x88) << 32 | *(uint*)(buffer + 0x8C), *(ulong*)(buffer + 0x20), *(ulong*)(buffer + 0x30));
    }
}
