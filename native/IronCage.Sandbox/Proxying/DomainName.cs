using System.Globalization;

namespace IronCage.Sandbox.Proxying;

/// <summary>The one form of a host name that names are compared in: A-labels (RFC 5891), lower case, no dot at the end.</summary>
public static class DomainName
{
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    private static readonly IdnMapping s_idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    /// <summary>Brings a name into that form. Addresses are no names, in whatever form resolvers take them: "127.1", "0x7f000001" and "2130706433" too.</summary>
    /// <param name="text">A name; Unicode is encoded (IDNA).</param>
    /// <param name="name">The form; empty when false.</param>
    /// <returns>False for what is no host name.</returns>
    public static bool TryNormalise(string text, out string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        name = "";
        if (!System.Text.Ascii.IsValid(text))
        {
            try
            {
                text = s_idn.GetAscii(text.ToLowerInvariant());
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
        if (text.EndsWith('.'))
            text = text[..^1];
        if (text.Length is 0 or > LongestName)
            return false;
        var last = "";
        foreach (var label in text.Split('.'))
        {
            if (!IsLabel(label))
                return false;
            last = label;
        }
        if (IsNumber(last))
            return false;
        name = text.ToLowerInvariant();
        return true;
    }

    private static bool IsLabel(string label)
    {
        if (label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-')
            return false;
        foreach (var letter in label)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_'))
                return false;
        }
        return true;
    }

    /// <summary>Whether resolvers read a name that ends so as an IPv4 address (the URL standard, "ends in a number").</summary>
    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && label.Skip(2).All(char.IsAsciiHexDigit));
}
