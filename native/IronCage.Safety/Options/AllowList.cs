using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using IronCage.Safety.Kinds;
using IronCage.Safety.Patterns;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety;

/// <summary>
/// What is left alone although it looks like personal data or a secret: the company's own addresses, examples, test numbers. Immutable. Values that a deny list names are found
/// nevertheless.
/// </summary>
public sealed class AllowList
{
    private const int MostEntries = 1_000_000;
    private const int MostPatterns = 200;
    private const int MostLength = 4096;

    /// <summary>In a value with one of these, spaces and hyphens count.</summary>
    private static readonly SearchValues<char> Literal = SearchValues.Create(".:/@");

    private static readonly SearchValues<char> NoHost = SearchValues.Create(" /:@?#*");

    private readonly FrozenSet<string> values;
    private readonly FrozenSet<string> domains;
    private readonly PatternMatcher[] patterns;

    /// <summary>Makes a list.</summary>
    /// <param name="values">Whole values. Case does not count; nor do spaces and hyphens in values without <c>. : / @</c>. Typographic and full-width characters count as those they stand for.</param>
    /// <param name="domains">E-mail addresses and URLs of these hosts, and of those below them: <c>example.com</c>.</param>
    /// <param name="patterns">Regular expressions that match a whole value, in the syntax of <see cref="OwnPattern"/>.</param>
    /// <exception cref="ScannerOptionException">An entry is malformed.</exception>
    public AllowList(IReadOnlyList<string>? values = null, IReadOnlyList<string>? domains = null, IReadOnlyList<string>? patterns = null)
    {
        Values = values ?? [];
        Domains = domains ?? [];
        Patterns = patterns ?? [];
        CheckCount("values", Values.Count, MostEntries);
        CheckCount("domains", Domains.Count, MostEntries);
        CheckCount("patterns", Patterns.Count, MostPatterns);
        this.values = Values.Select((value, i) => Compared(OptionChecks.Text($"values[{i}]", value, MostLength))).ToFrozenSet(StringComparer.Ordinal);
        this.domains = Domains.Select((domain, i) => Domain(domain, i)).ToFrozenSet(StringComparer.Ordinal);
        this.patterns = [.. Patterns.Select((pattern, i) => OptionChecks.Compile($"patterns[{i}]", pattern, PatternMatcher.CompileWhole))];
    }

    /// <summary>The values, as they were given.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>The domains, as they were given.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>The patterns, as they were given.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>What both allow.</summary>
    internal static AllowList? Both(AllowList? one, AllowList? other)
    {
        if (one is null || other is null)
            return null;
        return ReferenceEquals(one, other) ? one : new AllowList(
            [.. one.Values.Where(value => other.values.Contains(Compared(value)))],
            [.. one.Domains.Where(domain => other.HasDomain(domain)), .. other.Domains.Where(domain => one.HasDomain(domain))],
            [.. one.Patterns.Where(pattern => other.Patterns.Contains(pattern, StringComparer.Ordinal))]);
    }

    internal bool Allows(PiiKind kind, ReadOnlySpan<byte> value)
    {
        if (values.Count > 0 && values.Contains(Compared(value)))
            return true;
        if (domains.Count > 0 && Host(kind, value) is { } host && HasDomain(host))
            return true;
        if (patterns.Length == 0)
            return false;
        var scratch = new ScanScratch();
        var window = new TextWindow(value, final: true, origin: 0, scratch);
        foreach (PatternMatcher pattern in patterns)
        {
            if (pattern.Match(window, 0, out int end) == MatchState.Match && end == value.Length)
                return true;
        }

        return false;
    }

    private static void CheckCount(string option, int count, int most)
    {
        if (count > most)
            throw new ScannerOptionException(option, $"has {count} entries, at most {most} are accepted");
    }

    private static string Compared(string value) => Compared(Encoding.UTF8.GetBytes(value));

    private static string Compared(ReadOnlySpan<byte> value)
    {
        string lower = Encoding.UTF8.GetString(WholeFold.Of(value)).Trim().ToLowerInvariant();
        return lower.AsSpan().ContainsAny(Literal) ? lower : string.Concat(lower.Where(c => c is not (' ' or '-')));
    }

    private static string Domain(string domain, int number)
    {
        string lower = (domain ?? "").Trim().TrimStart('@').TrimStart('.').ToLowerInvariant();
        if (lower.Length is 0 or > 253 || lower.AsSpan().ContainsAny(NoHost))
            throw new ScannerOptionException($"domains[{number}]", "must be a host name such as example.com; it stands for all hosts below it, too");
        return lower;
    }

    private bool HasDomain(string host)
    {
        string rest = host.TrimStart('@').TrimStart('.').ToLowerInvariant();
        while (!domains.Contains(rest))
        {
            int dot = rest.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0)
                return false;
            rest = rest[(dot + 1)..];
        }

        return true;
    }

    /// <summary>The host of an address or URL; null for anything else.</summary>
    private static string? Host(PiiKind kind, ReadOnlySpan<byte> value)
    {
        string text = Encoding.UTF8.GetString(value);
        if (ReferenceEquals(kind, PersonalKinds.EmailAddress))
            return text[(text.LastIndexOf('@') + 1)..].TrimEnd('.');
        if (kind.Name != "URL")
            return null;
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? text : text[(scheme + 3)..];
        rest = rest.Split('/', '?', '#', '\\')[0];
        rest = rest[(rest.LastIndexOf('@') + 1)..];
        int port = rest.LastIndexOf(':');
        return (port < 0 || rest.EndsWith(']') ? rest : rest[..port]).TrimEnd('.');
    }
}
