using System.Buffers.Binary;

namespace IronCage.Lang.EventStream;

/// <summary>
/// One message of <c>application/vnd.amazon.eventstream</c>: length of all and of the headers (big-endian, 4 bytes each), CRC of these 8 bytes, headers, payload, CRC of all
/// before it.
/// </summary>
/// <param name="Raw">The whole message, of which <see cref="Length"/> says that it is one.</param>
/// <param name="Payload">Where its payload stands.</param>
internal readonly record struct EventFrame(byte[] Raw, Range Payload)
{
    /// <summary>
    /// Longer messages than any provider sends; SDKs refuse those above 16 or 24 MiB. Anything longer is taken for damage, so that a length alone cannot fill the memory of the
    /// host.
    /// </summary>
    public const int MostBytes = 8 << 20;

    /// <summary>As in the SDKs.</summary>
    public const int MostHeaders = 128 << 10;

    private const int PreludeLength = 12;
    private const int CrcLength = 4;
    private const byte IsString = 7;

    /// <summary>The length of the first message in <paramref name="bytes"/>; 0 when it is not whole yet, −1 when it is none: wrong checksums, impossible lengths, broken headers.</summary>
    public static int Length(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < PreludeLength)
            return 0;
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var headers = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) != Crc32.Of(bytes[..8]) || length > MostBytes || headers > MostHeaders || length < PreludeLength + headers + CrcLength)
            return -1;
        if (bytes.Length < length)
            return 0;
        var end = (int)length - CrcLength;
        var isGood = BinaryPrimitives.ReadUInt32BigEndian(bytes[end..]) == Crc32.Of(bytes[..end]) && Walk(bytes.Slice(PreludeLength, (int)headers), null);
        return isGood ? (int)length : -1;
    }

    /// <summary>A whole message.</summary>
    public static EventFrame Of(byte[] raw) => new(raw, (PreludeLength + (int)BinaryPrimitives.ReadUInt32BigEndian(raw.AsSpan(4)))..(raw.Length - CrcLength));

    /// <summary>The headers that are strings, in order.</summary>
    public List<(string Name, byte[] Value)> Strings()
    {
        var found = new List<(string, byte[])>();
        Walk(Raw.AsSpan(PreludeLength..Payload.Start.Value), found);
        return found;
    }

    /// <summary>The same message with another payload: lengths and checksums follow.</summary>
    public byte[] WithPayload(ReadOnlySpan<byte> payload)
    {
        var start = Payload.Start.Value;
        var whole = new byte[start + payload.Length + CrcLength];
        Raw.AsSpan(0, start).CopyTo(whole);
        BinaryPrimitives.WriteInt32BigEndian(whole, whole.Length);
        BinaryPrimitives.WriteUInt32BigEndian(whole.AsSpan(8), Crc32.Of(whole.AsSpan(0, 8)));
        payload.CopyTo(whole.AsSpan(start));
        BinaryPrimitives.WriteUInt32BigEndian(whole.AsSpan(^CrcLength..), Crc32.Of(whole.AsSpan(0, whole.Length - CrcLength)));
        return whole;
    }

    /// <summary>Reads headers: length and name, type, value, of which byte arrays and strings have a length of two bytes. False when they are broken.</summary>
    private static bool Walk(ReadOnlySpan<byte> headers, List<(string Name, byte[] Value)>? strings)
    {
        while (!headers.IsEmpty)
        {
            var named = 1 + headers[0];
            if (headers.Length <= named)
                return false;
            var type = headers[named];
            var value = headers[(named + 1)..];
            var size = type switch
            {
                0 or 1 => 0, // true, false
                2 => 1,
                3 => 2,
                4 => 4,
                5 or 8 => 8,
                6 or IsString => value.Length < 2 ? -1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(value),
                9 => 16,
                _ => -1,
            };
            if (size < 0 || size > value.Length)
                return false;
            if (type == IsString)
                strings?.Add((System.Text.Encoding.UTF8.GetString(headers[1..named]), value[2..size].ToArray()));
            headers = value[size..];
        }
        return true;
    }
}
