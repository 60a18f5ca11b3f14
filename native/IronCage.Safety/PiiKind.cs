using System.Text;

namespace IronCage.Safety;

/// <summary>
/// A kind of personal data or secret: one of <see cref="PiiKinds"/>, or one that the user named. Two kinds are equal only if they are the same object; two of the user's
/// kinds may have the same name.
/// </summary>
public sealed class PiiKind
{
    private readonly byte[] redacted;

    internal PiiKind(PiiGroup group, string name, string? redactedForm = null, string? region = null)
    {
        Group = group;
        Name = name;
        Region = region;
        RedactedForm = redactedForm ?? $"[{name}_REDACTED]";
        redacted = Encoding.ASCII.GetBytes(RedactedForm);
    }

    /// <summary>Makes a kind of the user's own. Its redacted form is its name with <c>_REDACTED</c> in brackets.</summary>
    /// <exception cref="ScannerOptionException">The name is not 2 to 63 of <c>A-Z 0-9 _</c>, the first a letter, or it is that of a kind of <see cref="PiiKinds"/>.</exception>
    public static PiiKind Own(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsOwnName(name))
            throw new ScannerOptionException("name", $"'{ScannerOptionException.Shown(name)}' is no name of a kind: 2 to 63 of A-Z, 0-9 and _, the first a letter");
        if (PiiKinds.TryGet(name, out _))
            throw new ScannerOptionException("name", $"'{name}' is the name of a kind that there is");
        return new PiiKind(PiiGroup.Own, name) { Index = PiiKinds.All.Length };
    }

    internal static bool IsOwnName(string name) =>
        name.Length is >= 2 and <= 63 && char.IsAsciiLetterUpper(name[0]) && name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');

    /// <summary>The stable name, such as <c>EMAIL_ADDRESS</c>.</summary>
    public string Name { get; }

    /// <summary>The family it belongs to.</summary>
    public PiiGroup Group { get; }

    /// <summary>The country that issues it, by its two letters of ISO 3166-1 (<c>GB</c>); null where it is not one country's.</summary>
    public string? Region { get; }

    /// <summary>What replaces a redacted finding, such as <c>[EMAIL_REDACTED]</c>. Always <c>[A-Z0-9_]</c> in brackets, ending in <c>_REDACTED]</c>.</summary>
    public string RedactedForm { get; }

    /// <summary><see cref="RedactedForm"/> as UTF-8.</summary>
    public ReadOnlyMemory<byte> RedactedUtf8 => redacted;

    /// <summary>Whether it is a credential rather than personal data.</summary>
    public bool IsSecret => Group == PiiGroup.Secret;

    /// <summary>
    /// Position in <see cref="PiiKinds.All"/>, from 0; fit for arrays and counters. May differ from one version to the next. For a kind of the user's own its position in
    /// <see cref="Scanner.Kinds"/> of the scanner that found it, or the length of that list where none did.
    /// </summary>
    public int Index { get; internal set; }

    /// <summary>The <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
