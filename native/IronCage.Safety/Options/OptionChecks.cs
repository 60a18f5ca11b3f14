using IronCage.Safety.Patterns;

namespace IronCage.Safety;

/// <summary>Checks that options have in common.</summary>
internal static class OptionChecks
{
    public static string KindName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return PiiKinds.TryGet(name, out _) || PiiKind.IsOwnName(name)
            ? name
            : throw new ScannerOptionException("name", $"'{ScannerOptionException.Shown(name)}' is no name of a kind: 2 to 63 of A-Z, 0-9 and _, the first a letter");
    }

    public static float Score(double score) =>
        score is > 0 and <= 1 ? (float)score : throw new ScannerOptionException("score", "must be a number above 0 and at most 1");

    public static string Text(string option, string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 && text.Length <= most ? text : throw new ScannerOptionException(option, $"must have 1 to {most} characters");
    }

    public static PatternMatcher Compile(string option, string regex, Func<string, bool, PatternMatcher> compile)
    {
        try
        {
            return compile(regex, false);
        }
        catch (PatternException e)
        {
            throw new ScannerOptionException(option, e.Message);
        }
    }
}
