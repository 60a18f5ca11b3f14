namespace IronCage.Safety.Tests;

internal static class Scanners
{
    public static readonly Scanner All = new(PiiKinds.All);

    public static Scanner For(params string[] kinds)
    {
        if (kinds.Length == 0)
            return All;
        return new Scanner([.. kinds.Select(name => PiiKinds.TryGet(name, out PiiKind? kind) ? kind : throw new ArgumentException(name))]);
    }

    public static List<Finding> Scan(this Scanner scanner, ReadOnlySpan<byte> utf8)
    {
        var findings = new List<Finding>();
        scanner.Scan(utf8, findings);
        return findings;
    }

    /// <summary>The findings of a stream, each once: those that were handed out in parts as their last part tells them.</summary>
    public static IEnumerable<StreamFinding> Whole(this IEnumerable<StreamFinding> findings) => findings.Where(finding => !finding.IsOpen).Select(finding => finding with { From = finding.Start });

    /// <summary>What a caller does with findings: replaces each by its redacted form.</summary>
    public static byte[] Redact(ReadOnlySpan<byte> utf8, Scanner? scanner = null) => Replace(utf8, static (kind, _) => kind.RedactedUtf8.ToArray(), scanner);

    /// <summary>What a caller does with findings: masks each.</summary>
    public static byte[] Mask(ReadOnlySpan<byte> utf8) => Replace(utf8, static (_, value) => Masking.Mask(value));

    public static byte[] Replace(ReadOnlySpan<byte> utf8, Func<PiiKind, byte[], byte[]> replacement, Scanner? scanner = null)
    {
        var result = new List<byte>();
        int at = 0;
        foreach (Finding finding in (scanner ?? All).Scan(utf8))
        {
            result.AddRange(utf8[at..finding.Start]);
            result.AddRange(replacement(finding.Kind, utf8[finding.Start..finding.End].ToArray()));
            at = finding.End;
        }

        result.AddRange(utf8[at..]);
        return [.. result];
    }
}
