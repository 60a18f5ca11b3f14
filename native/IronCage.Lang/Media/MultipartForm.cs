using System.Text;

namespace IronCage.Lang.Media;

/// <summary>
/// A body of multipart/form-data, read in place. The boundary is the one that the body begins with: clients put nothing before it, and whoever does is not read.
/// </summary>
internal static class MultipartForm
{
    /// <summary>The most that RFC 2046 allows for a boundary, with the two dashes before it.</summary>
    private const int LongestDelimiter = 72;

    /// <summary>Reads one part.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="name">The name of its field.</param>
    /// <param name="isFile">It has the name of a file.</param>
    /// <param name="content">Where its content stands.</param>
    /// <returns>Why it cannot be read; null when it can.</returns>
    public delegate string? PartReader(ReadOnlySpan<byte> body, ReadOnlySpan<byte> name, bool isFile, Range content);

    /// <summary>Reads all parts; false with one line without content of the body when it cannot be read.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, PartReader read, out string problem)
    {
        problem = Read(body, read) ?? "";
        return problem.Length == 0;
    }

    private static string? Read(ReadOnlySpan<byte> body, PartReader read)
    {
        var first = body.IndexOf("\r\n"u8);
        var delimiter = first < 0 ? default : body[..first].TrimEnd(" \t"u8);
        if (!delimiter.StartsWith("--"u8) || delimiter.Length is < 3 or > LongestDelimiter)
            return "the body is neither a JSON object nor multipart/form-data";
        byte[] separator = [.. "\r\n"u8, .. delimiter];
        for (var at = first + 2; ;)
        {
            var head = body[at..].IndexOf("\r\n\r\n"u8);
            if (head < 0)
                return "a part of the form has no end";
            if (Disposition(body.Slice(at, head), out var name, out var isFile) is { } wrong)
                return wrong;
            var start = at + head + 4;
            var end = start;
            ReadOnlySpan<byte> behind;
            do
            {
                var found = body[end..].IndexOf(separator);
                if (found < 0)
                    return "a part of the form has no end";
                end += found;
                behind = body[(end + separator.Length)..];
                if (IsDelimiter(behind))
                    break;
                end += separator.Length; // content that looks like the beginning of one
            }
            while (true);
            if (read(body, name, isFile, start..end) is { } problem)
                return problem;
            if (behind.StartsWith("--"u8))
                return behind[2..].Trim(" \t\r\n"u8).IsEmpty ? null : "the body has something after its form";
            at = end + separator.Length + behind.IndexOf("\r\n"u8) + 2;
        }
    }

    private static bool IsDelimiter(ReadOnlySpan<byte> behind) => behind.StartsWith("--"u8) || behind.TrimStart(" \t"u8).StartsWith("\r\n"u8);

    private static string? Disposition(ReadOnlySpan<byte> head, out ReadOnlySpan<byte> name, out bool isFile)
    {
        name = default;
        isFile = false;
        var seen = false;
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            var colon = line.IndexOf((byte)':');
            if (colon < 0)
                return "a part of the form has a header that cannot be read";
            var header = line[..colon].Trim(" \t"u8);
            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(header, "content-transfer-encoding"u8) && !Ascii.EqualsIgnoreCase(value, "binary"u8) && !Ascii.EqualsIgnoreCase(value, "8bit"u8)
                && !Ascii.EqualsIgnoreCase(value, "7bit"u8))
                return "a part of the form has a content-transfer-encoding";
            if (!Ascii.EqualsIgnoreCase(header, "content-disposition"u8))
                continue;
            if (seen || !TryReadNames(value, out name, out isFile))
                return "a part of the form has no name that is clear";
            seen = true;
        }
        return seen ? null : "a part of the form has no name that is clear";
    }

    /// <summary>Reads <c>form-data; name="..."; filename="..."</c>. Names given twice, or in the extended form, mean different things to different servers.</summary>
    private static bool TryReadNames(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> name, out bool isFile)
    {
        name = default;
        isFile = false;
        var hasName = false;
        for (var rest = value[Math.Max(0, value.IndexOf((byte)';'))..]; rest.Length > 0;)
        {
            rest = rest.TrimStart("; \t"u8);
            var equals = rest.IndexOf((byte)'=');
            if (equals < 0)
                break;
            var key = rest[..equals].Trim(" \t"u8);
            rest = rest[(equals + 1)..].TrimStart(" \t"u8);
            int end;
            ReadOnlySpan<byte> text;
            if (rest.StartsWith("\""u8))
            {
                end = 1;
                while (end < rest.Length && rest[end] != '"')
                    end += rest[end] == '\\' ? 2 : 1;
                if (end >= rest.Length)
                    return false;
                text = rest[1..end];
                end++;
            }
            else
            {
                end = rest.IndexOf((byte)';');
                end = end < 0 ? rest.Length : end;
                text = rest[..end].TrimEnd(" \t"u8);
            }
            if (Ascii.EqualsIgnoreCase(key, "name"u8))
            {
                if (hasName || text.IsEmpty || text.Contains((byte)'\\'))
                    return false;
                hasName = true;
                name = text;
            }
            else if (Ascii.EqualsIgnoreCase(key, "name*"u8))
            {
                return false;
            }
            isFile |= Ascii.EqualsIgnoreCase(key, "filename"u8) || Ascii.EqualsIgnoreCase(key, "filename*"u8);
            rest = rest[end..];
        }
        return hasName;
    }
}
