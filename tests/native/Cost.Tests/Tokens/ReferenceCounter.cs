using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace IronCage.Cost.Tests.Tokens;

/// <summary>
/// Another way to the same count: the published splitting pattern run by .NET's regular expressions, and the pieces merged by Microsoft.ML.Tokenizers. .NET matches UTF-16
/// units and tiktoken characters, so a character outside the basic plane is stood in for by one of its category while the text is split.
/// </summary>
internal sealed class ReferenceCounter
{
    public static readonly ReferenceCounter O200k = new("o200k_base", "O200kBase",
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+");

    // x++ is written (?>x+) in .NET, and $ is \z.
    public static readonly ReferenceCounter Cl100k = new("cl100k_base", "Cl100kBase",
        @"'(?i:[sdmt]|ll|ve|re)|(?>[^\r\n\p{L}\p{N}]?)(?>\p{L}+)|(?>\p{N}{1,3})| ?(?>[^\s\p{L}\p{N}]+)(?>[\r\n]*)|(?>\s+)\z|\s*[\r\n]|\s+(?!\S)|\s");

    private readonly TiktokenTokenizer merger;
    private readonly Regex pattern;
    private readonly Lazy<byte[][]> tokens;

    private ReferenceCounter(string name, string package, string pattern)
    {
        Name = name;
        merger = TiktokenTokenizer.CreateForEncoding(name);
        this.pattern = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled);
        tokens = new(() => Read(package));
    }

    public string Name { get; }

    /// <summary>Every token, by rank.</summary>
    public byte[][] Tokens => tokens.Value;

    public int Count(string text)
    {
        text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)); // lone surrogates become U+FFFD
        var standIns = new StringBuilder();
        var starts = new List<int>();
        foreach (var (rune, at) in Places(text))
        {
            starts.Add(at);
            standIns.Append(StandIn(rune));
        }
        starts.Add(text.Length);
        // The reference folds the long s to s; .NET does not.
        standIns.Replace("'\u017f", "'s");
        var count = 0;
        for (var match = pattern.Match(standIns.ToString()); match.Success; match = match.NextMatch())
        {
            var piece = text[starts[match.Index]..starts[match.Index + match.Length]];
            count += merger.CountTokens(piece, considerPreTokenization: false, considerNormalization: false);
        }
        return count;
    }

    private static IEnumerable<(Rune Rune, int At)> Places(string text)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            yield return (rune, at);
            at += rune.Utf16SequenceLength;
        }
    }

    private static char StandIn(Rune rune) => rune.IsBmp ? (char)rune.Value : Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter => 'Ж',
        UnicodeCategory.LowercaseLetter => 'ж',
        UnicodeCategory.TitlecaseLetter => '\u01c5',
        UnicodeCategory.ModifierLetter => '\u02b0',
        UnicodeCategory.OtherLetter => '日',
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => '\u0301',
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => '\u0661',
        _ => '☃',
    };

    private static byte[][] Read(string package)
    {
        var assembly = Assembly.Load("Microsoft.ML.Tokenizers.Data." + package);
        using var resource = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single())!;
        using var reader = new StreamReader(new DeflateStream(resource, CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n').Skip(1).Where(line => line.Length > 0).Select(Convert.FromBase64String)];
    }
}
