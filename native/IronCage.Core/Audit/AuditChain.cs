using System.Buffers;
using System.Text;

namespace IronCage.Core.Audit;

/// <summary>
/// The hash of an audit entry, which holds that of the entry before it: whoever knows the last hash knows whether any entry was changed, removed, inserted or moved.
/// <para>
/// It is the SHA-256 of: the 16 bytes <c>IRONCAGE-AUDIT-1</c>; the 32 bytes of the hash before, zeros for the first entry; the entry's number as 8 bytes, highest first; then
/// agent, event type, timestamp and details, each as the length of its UTF-8 in 8 bytes, highest first, and the UTF-8. No two entries have the same encoding.
/// </para>
/// <para>It has no key: it shows a change to those who kept a hash elsewhere, and to all others only where whoever made it did not calculate the chain anew.</para>
/// </summary>
public static class AuditChain
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = Sha256.HashLength;

    private static readonly byte[] Zeros = new byte[HashLength];

    /// <summary>What stands for the hash before the first entry: zeros.</summary>
    public static ReadOnlySpan<byte> Genesis => Zeros;

    /// <summary>The hash of an entry whose texts are UTF-8. Allocates nothing.</summary>
    /// <param name="previous">The hash of the entry before, <see cref="Genesis"/> for the first.</param>
    /// <param name="entry">The entry's number.</param>
    /// <param name="agentId">As stored, like the following.</param>
    /// <param name="eventType">Its type.</param>
    /// <param name="timestamp">Its time.</param>
    /// <param name="details">Its details.</param>
    /// <param name="hash">Takes the hash, <see cref="HashLength"/> bytes; may be <paramref name="previous"/>.</param>
    /// <exception cref="ArgumentException">A hash has another length.</exception>
    public static void Hash(
        ReadOnlySpan<byte> previous, long entry, ReadOnlySpan<byte> agentId, ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> timestamp, ReadOnlySpan<byte> details, Span<byte> hash)
    {
        if (previous.Length != HashLength || hash.Length != HashLength)
            throw new ArgumentException($"a hash has {HashLength} bytes");
        var sha = new Sha256();
        sha.Append("IRONCAGE-AUDIT-1"u8);
        sha.Append(previous);
        sha.Append(entry);
        sha.Append(agentId.Length);
        sha.Append(agentId);
        sha.Append(eventType.Length);
        sha.Append(eventType);
        sha.Append(timestamp.Length);
        sha.Append(timestamp);
        sha.Append(details.Length);
        sha.Append(details);
        sha.Finish(hash);
    }

    /// <summary>Whether a text is a hash as <see cref="AuditLink"/> and <see cref="AuditRecord"/> write it: 64 lower-case hexadecimal digits.</summary>
    public static bool IsHash(string text) => text.Length == 2 * HashLength && !text.AsSpan().ContainsAnyExcept(Digits);

    /// <summary>The hash that a stored entry should have behind <paramref name="previous"/> if its number were <paramref name="entry"/>; empty if that is no hash.</summary>
    internal static string Hash(string previous, long entry, AuditRecord record)
    {
        if (!IsHash(previous))
            return "";
        Span<byte> hash = stackalloc byte[HashLength];
        Hash(Convert.FromHexString(previous), entry, Encoding.UTF8.GetBytes(record.AgentId), Encoding.UTF8.GetBytes(record.EventType), Encoding.UTF8.GetBytes(record.Timestamp),
            Encoding.UTF8.GetBytes(record.Details), hash);
        return Convert.ToHexStringLower(hash);
    }

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");
}
