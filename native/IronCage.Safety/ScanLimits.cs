namespace IronCage.Safety;

/// <summary>Holds texts and their findings to <see cref="ScannerOptions.MaxTextBytes"/> and <see cref="ScannerOptions.MaxFindings"/>.</summary>
public static class ScanLimits
{
    /// <summary>Before a text, or a piece of a stream, is scanned.</summary>
    /// <exception cref="ScanLimitException">It is too long.</exception>
    public static void CheckText(ScannerOptions options, long bytes)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (bytes > options.MaxTextBytes)
        {
            throw new ScanLimitException("max_text_bytes",
                $"the text has {bytes} bytes, at most {options.MaxTextBytes} are scanned at once; raise it (up to {ScannerOptions.MostTextBytes}), or scan in pieces, as a stream");
        }
    }

    /// <summary>While findings of one text are gathered.</summary>
    /// <exception cref="ScanLimitException">There are too many.</exception>
    public static void CheckFindings(ScannerOptions options, long count)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (count > options.MaxFindings)
        {
            throw new ScanLimitException("max_findings",
                $"the text has more than {options.MaxFindings} findings; raise it (up to {ScannerOptions.MostFindings}), or scan in pieces, as a stream");
        }
    }
}
