namespace IronCage.Lang.Sse;

/// <summary>Where server-sent events end and where their data stands. Lines end in LF, CRLF or CR; a blank line ends an event.</summary>
internal static class SseFraming
{
    /// <summary>Whether bytes begin like a stream of events.</summary>
    public static bool LooksLikeEvents(ReadOnlySpan<byte> body) =>
        body.StartsWith("data:"u8) || body.StartsWith("event:"u8) || body.StartsWith(":"u8) || body.StartsWith("\uFEFFdata:"u8);

    /// <summary>Length of the first whole event in <paramref name="bytes"/>, its blank line included; 0 when it is not whole yet.</summary>
    /// <param name="bytes">What has arrived and is not consumed.</param>
    /// <param name="from">Where to begin looking: what lies before was looked at in vain (minus a few bytes for a split line end).</param>
    public static int EventLength(ReadOnlySpan<byte> bytes, int from = 0)
    {
        // A blank line is the first line end that directly follows another one, or the beginning.
        var at = LineEnd(bytes, 0);
        if (at > 0)
            return at;
        at = from;
        while (at < bytes.Length)
        {
            var next = bytes[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (next < 0)
                return 0;
            at += next;
            var first = LineEnd(bytes, at);
            if (first == 0)
                return 0;
            var second = LineEnd(bytes, at + first);
            if (second > 0)
                return at + first + second;
            at += first;
        }
        return 0;
    }

    /// <summary>Length of the line end at <paramref name="at"/>: 0 if there is none, or if it is a CR at the very end whose LF may still come.</summary>
    private static int LineEnd(ReadOnlySpan<byte> bytes, int at)
    {
        if (at >= bytes.Length)
            return 0;
        if (bytes[at] == (byte)'\n')
            return 1;
        if (bytes[at] != (byte)'\r' || at + 1 >= bytes.Length)
            return 0;
        return bytes[at + 1] == (byte)'\n' ? 2 : 1;
    }

    /// <summary>Finds the data of an event. With several data lines <paramref name="isSingle"/> is false and <paramref name="data"/> is the first one.</summary>
    public static bool TryFindData(ReadOnlySpan<byte> raw, out Range data, out bool isSingle)
    {
        data = default;
        isSingle = true;
        var found = false;
        var at = 0;
        while (at < raw.Length)
        {
            var next = raw[at..].IndexOfAny((byte)'\n', (byte)'\r');
            var end = next < 0 ? raw.Length : at + next;
            var line = raw[at..end];
            // A byte order mark before the first line is no part of it.
            if (at == 0 && line.StartsWith("\uFEFF"u8))
            {
                at = 3;
                line = raw[at..end];
            }
            if (line.StartsWith("data:"u8))
            {
                if (found)
                {
                    isSingle = false;
                    return true;
                }
                var start = at + 5;
                if (start < end && raw[start] == (byte)' ')
                    start++;
                data = start..end;
                found = true;
            }
            at = end + 1;
        }
        return found;
    }

    /// <summary>The lines of an event, each with its line end; blank lines belong to the line before.</summary>
    public static List<Range> Lines(ReadOnlySpan<byte> raw)
    {
        var lines = new List<Range>();
        var start = 0;
        while (start < raw.Length)
        {
            var next = raw[start..].IndexOfAny((byte)'\n', (byte)'\r');
            var end = next < 0 ? raw.Length : start + next;
            while (end < raw.Length && raw[end] is (byte)'\n' or (byte)'\r')
                end++;
            lines.Add(start..end);
            start = end;
        }
        return lines;
    }

    /// <summary>An event with several data lines as one with a single line (JSON takes a space where the line break was); other lines stay.</summary>
    public static byte[] Join(ReadOnlySpan<byte> raw)
    {
        var lines = new List<byte>();
        var data = new List<byte>();
        var at = 0;
        while (at < raw.Length)
        {
            var next = raw[at..].IndexOfAny((byte)'\n', (byte)'\r');
            var end = next < 0 ? raw.Length : at + next;
            var line = raw[at..end];
            if (line.StartsWith("data:"u8))
            {
                if (data.Count > 0)
                    data.Add((byte)' ');
                data.AddRange(line[5..].StartsWith(" "u8) ? line[6..] : line[5..]);
            }
            else if (line.Length > 0)
            {
                lines.AddRange(line);
                lines.Add((byte)'\n');
            }
            at = end + 1;
        }
        lines.AddRange("data: "u8);
        lines.AddRange(data);
        lines.AddRange("\n\n"u8);
        return [.. lines];
    }
}
