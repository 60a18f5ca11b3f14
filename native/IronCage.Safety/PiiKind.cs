using System.Text;

namespace IronCage.Safety;

/// <summary>A kind of personal data or secret. The kinds are fixed: see <see cref="PiiKinds"/>; two kinds are equal only if they are the same object.</summary>
public sealed class PiiKind
{
    private readonly byte[] redacted;

    internal PiiKind(int index, string name, string redactedForm, bool isSecret)
    {
        Index = index;
        Name = name;
        RedactedForm = redactedForm;
        redacted = Encoding.ASCII.GetBytes(redactedForm);
        IsSecret = isSecret;
    }

    /// <summary>The stable name, such as <c>EMAIL_ADDRESS</c>.</summary>
    public string Name { get; }

    /// <summary>What replaces a redacted finding, such as <c>[EMAIL_REDACTED]</c>. Always <c>[A-Z_]</c> in brackets, ending in <c>_REDACTED]</c>.</summary>
    public string RedactedForm { get; }

    /// <summary><see cref="RedactedForm"/> as UTF-8.</summary>
    public ReadOnlyMemory<byte> RedactedUtf8 => redacted;

    /// <summary>Whether it is a credential rather than personal data.</summary>
    public bool IsSecret { get; }

    /// <summary>Position in <see cref="PiiKinds.All"/>, from 0; fit for arrays and counters.</summary>
    public int Index { get; }

    /// <summary>The <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
