using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace IronCage.Telemetry;

/// <summary>
/// A file that grows by whole lines, whoever else appends to it in the same way, and begins anew when it is large. It is opened for each append: so it does not matter who renamed or removed it, or its
/// folder, meanwhile. All that write hold the lock beside it. One thread at a time.
/// </summary>
/// <param name="path">Absolute.</param>
internal sealed class AppendedFile(string path)
{
    private static ReadOnlySpan<byte> Beginning => LogLine.Beginning;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>As of <see cref="LogFileOptions.MaximumBytes"/>.</summary>
    public long MaximumBytes { get; set; } = long.MaxValue;

    /// <summary>As of <see cref="LogFileOptions.Backups"/>.</summary>
    public int Backups { get; set; }

    /// <summary>Appends lines, all of them or none; of none the file is made if it is not there.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        using var held = FileGate.Enter(Path + ".lock");
        var file = OpenFile();
        try
        {
            if (lines.IsEmpty)
                return;
            var length = Mended(file);
            if (length > 0 && length + lines.Length > MaximumBytes)
            {
                file.Dispose();
                Rotate();
                file = OpenFile();
                length = 0;
            }
            Write(file, lines, length);
        }
        finally
        {
            file.Dispose();
        }
    }

    private SafeFileHandle OpenFile()
    {
        var file = File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        FileGate.AppendOnly(file);
        return file;
    }

    /// <summary>A disk that fills up in the middle leaves nothing behind.</summary>
    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> lines, long at)
    {
        try
        {
            RandomAccess.Write(file, lines, at);
        }
        catch (IOException)
        {
            try
            {
                RandomAccess.SetLength(file, at);
            }
            catch (IOException)
            {
                // The next writer finds the torn line.
            }
            throw;
        }
    }

    /// <summary>
    /// The length of the file once it ends with a whole line. A process that died while it wrote left a part of one: it goes, if it is one of ours. Anything else stays, and gets its end.
    /// </summary>
    private static long Mended(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> last = stackalloc byte[1];
        if (length == 0 || RandomAccess.Read(file, last, length - 1) == 0 || last[0] == (byte)'\n')
            return length;
        var start = LineStart(file, length);
        Span<byte> head = stackalloc byte[Beginning.Length];
        head = head[..RandomAccess.Read(file, head, start)];
        if (Beginning.StartsWith(head))
        {
            RandomAccess.SetLength(file, start);
            return start;
        }
        RandomAccess.Write(file, "\n"u8, length);
        return length + 1;
    }

    private static long LineStart(SafeFileHandle file, long end)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            while (end > 0)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(end, buffer.Length));
                part = part[..RandomAccess.Read(file, part, end - part.Length)];
                if (part.IsEmpty)
                    return end;
                var newline = part.LastIndexOf((byte)'\n');
                if (newline >= 0)
                    return end - part.Length + newline + 1;
                end -= part.Length;
            }
            return 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Makes room: each backup goes one further, the last one goes. Where a process died in the middle of this there is a gap, and it is filled first: a second death costs nothing either.
    /// </summary>
    private void Rotate()
    {
        if (Backups == 0)
        {
            File.Delete(Path);
            return;
        }
        var free = 1;
        while (free < Backups && File.Exists(Backup(free)))
            free++;
        for (var i = free; i > 1; i--)
            File.Move(Backup(i - 1), Backup(i), overwrite: true);
        File.Move(Path, Backup(1), overwrite: true);
    }

    private string Backup(int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Path}.{number}");
}
