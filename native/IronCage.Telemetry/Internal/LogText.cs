namespace IronCage.Telemetry.Internal;

/// <summary>Bounds what a log record may bring into the ring.</summary>
internal static class LogText
{
    /// <summary>The text on one line and at most <see cref="TelemetryConstants.MaximumTextLength"/> units long; control characters become spaces, null becomes "".</summary>
    public static string OneLine(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var cut = text.Length > TelemetryConstants.MaximumTextLength;
        var length = cut ? TelemetryConstants.MaximumTextLength - 1 : text.Length;
        if (cut && char.IsHighSurrogate(text[length - 1]))
            length--;
        var clean = true;
        foreach (var c in text.AsSpan(0, length))
            clean &= !IsBreak(c);
        if (clean && !cut)
            return text;
        return string.Create(length + (cut ? 1 : 0), text, (span, source) =>
        {
            for (var i = 0; i < length; i++)
                span[i] = IsBreak(source[i]) ? ' ' : source[i];
            if (cut)
                span[^1] = '…';
        });
    }

    private static bool IsBreak(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
