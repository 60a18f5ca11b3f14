using System.Buffers.Binary;
using System.Collections.Frozen;
using IronCage.Safety.Kinds;
using IronCage.Safety.Text;

namespace IronCage.Safety;

/// <summary>Which findings a protection acts on in live traffic. A scan reports all of them.</summary>
public static class TrafficRules
{
    private static readonly FrozenSet<string> LeftAlone = FrozenSet.Create(StringComparer.Ordinal, "URL", "DATE_TIME", "MAC_ADDRESS", "SWIFT_CODE", "CRYPTO");

    /// <summary>
    /// False for the kinds that a protection leaves alone unless it is told otherwise by their name: URLs, dates, MAC addresses, SWIFT codes, public addresses of crypto
    /// currencies. An agent that cannot read a date or a link is useless.
    /// </summary>
    public static bool ActsOn(PiiKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return !LeftAlone.Contains(kind.Name);
    }

    /// <summary>
    /// False for an IP address that names no one on the internet: unspecified, loopback, private (RFC 1918, RFC 4193), link-local, documentation
    /// (RFC 5737, RFC 3849, RFC 9637), multicast and reserved, also when mapped into IPv6. Agents work with such addresses all day, and to change them
    /// breaks the work without protecting anyone. True for every other finding.
    /// </summary>
    /// <param name="f">The finding.</param>
    /// <param name="value">The bytes it covers.</param>
    public static bool Acts(in Finding f, ReadOnlySpan<byte> value)
    {
        if (!ReferenceEquals(f.Kind, PersonalKinds.IpAddress))
            return true;
        // A zone and the length of a prefix say nothing about whose address it is.
        int suffix = value.IndexOfAny((byte)'%', (byte)'/');
        if (suffix >= 0)
            value = value[..suffix];
        Span<byte> address = stackalloc byte[16];
        if (IpText.ReadV4(value, address) == value.Length && value.Length > 0)
            return IsPublicV4(BinaryPrimitives.ReadUInt32BigEndian(address));
        return !IpText.TryReadV6(value, address, out _) || IsPublicV6(address);
    }

    private static bool IsPublicV4(uint address) =>
        !(Within(address, 0x00000000, 8)
        || Within(address, 0x0A000000, 8)
        || Within(address, 0x7F000000, 8)
        || Within(address, 0xA9FE0000, 16)
        || Within(address, 0xAC100000, 12)
        || Within(address, 0xC0A80000, 16)
        || Within(address, 0xC0000200, 24)
        || Within(address, 0xC6336400, 24)
        || Within(address, 0xCB007100, 24)
        || Within(address, 0xE0000000, 3));

    private static bool IsPublicV6(ReadOnlySpan<byte> address)
    {
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(address);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);
        if (high == 0 && low >> 32 == 0xFFFF)
            return IsPublicV4((uint)low);
        if (high == 0 && low <= 1)
            return false;
        return high >> 57 != 0xFC >> 1 // unique local
            && high >> 54 != 0xFE80 >> 6 // link-local
            && high >> 56 != 0xFF // multicast
            && high >> 32 != 0x20010DB8 // documentation
            && high >> 44 != 0x3FFF0; // documentation
    }

    private static bool Within(uint address, uint network, int bits) => address >> (32 - bits) == network >> (32 - bits);
}
