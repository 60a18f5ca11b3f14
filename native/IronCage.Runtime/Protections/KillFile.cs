using System.Text;

namespace IronCage.Runtime.Protections;

/// <summary>A file that stops agents by being there.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record KillFile(string Path)
{
    /// <summary>Characters of the first line that are the reason.</summary>
    private const int MostReason = 200;

    /// <summary>How often it is looked at.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Why it stops: its first line, or that it exists; null while it does not. What cannot be looked at stops, too: nobody can say that it is not there.</summary>
    public string? Reason()
    {
        try
        {
            File.GetAttributes(Path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the kill file {Path} cannot be looked at";
        }
        return FirstLine() is { Length: > 0 } line ? line : $"the kill file {Path} exists";
    }

    private string FirstLine()
    {
        try
        {
            // No pipe may keep the watcher waiting, and no size may matter.
            if ((File.GetAttributes(Path) & (FileAttributes.Directory | FileAttributes.Device)) != 0)
                return "";
            using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            if (!file.CanSeek)
                return "";
            var bytes = new byte[4 * MostReason + 3];
            var text = Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).TrimStart('\uFEFF');
            var line = text.Split('\n', 2)[0].TrimEnd('\r');
            var reason = new StringBuilder(MostReason);
            foreach (var rune in line.EnumerateRunes().Take(MostReason))
                reason.Append(Rune.IsControl(rune) ? " " : rune.ToString());
            return reason.ToString().Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
