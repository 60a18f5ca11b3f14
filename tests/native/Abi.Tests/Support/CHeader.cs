using System.Globalization;
using System.Text.RegularExpressions;

namespace IronCage.Abi.Tests.Support;

/// <summary>What ironcage.h declares.</summary>
internal static partial class CHeader
{
    private static string Code { get; } = Comments().Replace(Repository.Header, " ");

    /// <summary>Name → return type and parameter types, without names, spaces and const; pointers to char and uint8_t are <c>byte*</c>.</summary>
    public static IReadOnlyDictionary<string, string[]> Functions { get; } = Declarations().Matches(Code).ToDictionary(
        m => m.Groups["name"].Value,
        m => (string[])[Type(m.Groups["result"].Value + " x"), .. m.Groups["parameters"].Value.Trim() == "void" ? [] : m.Groups["parameters"].Value.Split(',').Select(Type)]);

    /// <summary>The numbers of the macros.</summary>
    public static IReadOnlyDictionary<string, long> Macros { get; } = Defines().Matches(Code).ToDictionary(
        m => m.Groups["name"].Value, m => long.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture));

    private static string Type(string declaration)
    {
        var match = Parameter().Match(declaration.Trim());
        if (!match.Success)
            throw new AssertionException($"the header's '{declaration}' is not understood");
        var pointer = match.Groups["pointer"].Value.Replace(" ", "", StringComparison.Ordinal);
        var type = match.Groups["type"].Value;
        return pointer.Length > 0 && (type is "char" or "uint8_t") ? "byte" + pointer : type + pointer;
    }

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"(?<result>(const\s+)?\w+[\s*]+)(?<name>ironcage_\w+)\s*\((?<parameters>[^)]*)\)\s*;")]
    private static partial Regex Declarations();

    [GeneratedRegex(@"#define\s+(?<name>IRONCAGE_\w+)\s+(?<value>-?\d+)u?\b")]
    private static partial Regex Defines();

    [GeneratedRegex(@"^(const\s+)?(?<type>\w+)\s*(?<pointer>[\s*]*)\w*$")]
    private static partial Regex Parameter();
}
