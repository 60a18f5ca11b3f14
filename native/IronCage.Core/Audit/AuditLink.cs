using System.Globalization;

namespace IronCage.Core.Audit;

/// <summary>A place in the chain: an entry and its hash.</summary>
/// <param name="Entry">Its number; 0: before the first entry.</param>
/// <param name="Hash">64 lower-case hexadecimal digits.</param>
public sealed record AuditLink(long Entry, string Hash)
{
    /// <summary>Before the first entry.</summary>
    public static AuditLink Genesis { get; } = new(0, new string('0', 2 * AuditChain.HashLength));

    /// <summary>Reads what <see cref="ToString"/> writes, or a hash alone, whose entry is then 0.</summary>
    public static bool TryParse(string text, out AuditLink link)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var hash = text[(colon + 1)..];
        long entry = 0;
        var isGood = AuditChain.IsHash(hash) && (colon < 0 || (long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out entry) && entry > 0));
        link = isGood ? new AuditLink(entry, hash) : Genesis;
        return isGood;
    }

    /// <summary><c>ENTRY:HASH</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Entry}:{Hash}");
}
