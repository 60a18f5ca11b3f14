using System.Text;

namespace IronCage.Safety;

/// <summary>A kind of personal data or secret. The kinds are fixed: see <see cref="PiiKinds"/>; two kinds are equal only if they are the same object.</summary>
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

    /// <summary>Position in <see cref="PiiKinds.All"/>, from 0; fit for arrays and counters. May differ from one version to the next.</summary>
    public int Index { get; internal set; }

    /// <summary>The <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
