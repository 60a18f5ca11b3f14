using System.Text;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>What the host asks its supervisor for: a program under a policy. Goes over the channel of the tree; the descriptors went before it.</summary>
/// <param name="Policy">The policy, JSON as the host gave it.</param>
/// <param name="Program">The file to execute, absolute.</param>
/// <param name="Arguments">argv, each ended by a NUL.</param>
/// <param name="Environment">KEY=VALUE, each ended by a NUL.</param>
/// <param name="Directory">The working directory, absolute.</param>
/// <param name="Folder">The private folder, absolute, with its NUL: made by the host, removed by whoever survives.</param>
/// <param name="Mark">How the processes of the tree are known.</param>
/// <param name="TimeoutMilliseconds">Until the tree is ended; 0 for never.</param>
/// <param name="Unconfined">No walls: everything is watched and nothing refused (<c>learn</c>).</param>
internal sealed record LaunchRequest(
    byte[] Policy, byte[] Program, byte[] Arguments, byte[] Environment, byte[] Directory, byte[] Folder, TreeMark Mark, long TimeoutMilliseconds, bool Unconfined)
{
    /// <summary>The longest request: the kernel takes 2 MiB of arguments and environment.</summary>
    private const int Longest = 32 << 20;

    /// <summary>The private folder as a text.</summary>
    public string FolderPath => Encoding.UTF8.GetString(Folder.AsSpan().TrimEnd((byte)0));

    /// <summary>As bytes with their length before them.</summary>
    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(0);
        foreach (var part in (ReadOnlySpan<byte[]>)[Policy, Program, Arguments, Environment, Directory, Folder])
        {
            writer.Write(part.Length);
            writer.Write(part);
        }
        writer.Write(Mark.Soft);
        writer.Write(Mark.Hard);
        writer.Write(TimeoutMilliseconds);
        writer.Write(Unconfined);
        writer.Flush();
        var bytes = stream.ToArray();
        BitConverter.TryWriteBytes(bytes, bytes.Length - 4);
        return bytes;
    }

    /// <summary>Reads one from a channel; null when the host is gone.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static LaunchRequest? Read(int channel)
    {
        Span<byte> head = stackalloc byte[4];
        if (!SocketMessages.ReadAll(channel, head))
            return null;
        var length = BitConverter.ToInt32(head);
        if (length is < 0 or > Longest)
            throw new InvalidDataException("a request of an impossible length");
        var bytes = new byte[length];
        if (!SocketMessages.ReadAll(channel, bytes))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new LaunchRequest(Part(reader), Part(reader), Part(reader), Part(reader), Part(reader), Part(reader),
            new TreeMark(reader.ReadUInt64(), reader.ReadUInt64()), reader.ReadInt64(), reader.ReadBoolean());
    }

    private static byte[] Part(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        return length >= 0 ? reader.ReadBytes(length) : throw new InvalidDataException("a part of a negative length");
    }
}
