using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace IronCage.Tests;

/// <summary>Writes messages of an event stream by the letter of their description, with a checksum bit by bit.</summary>
internal static class Frames
{
    public static byte[] Event(string type, string payload) => Of(payload, (":event-type", type), (":content-type", "application/json"), (":message-type", "event"));

    public static byte[] Exception(string type, string payload) => Of(payload, (":exception-type", type), (":content-type", "application/json"), (":message-type", "exception"));

    /// <summary>A chunk of invoke-with-response-stream.</summary>
    public static byte[] Chunk(string inside) => Event("chunk", $$"""{"bytes":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(inside))}}","p":"abcdefghij"}""");

    /// <summary>What a payload of <see cref="Chunk"/> holds.</summary>
    public static string Inside(string payload) => Encoding.UTF8.GetString(JsonDocument.Parse(payload).RootElement.GetProperty("bytes").GetBytesFromBase64());

    public static byte[] Of(string payload, params (string Name, string Value)[] headers)
    {
        var head = new List<byte>();
        foreach (var (name, value) in headers)
        {
            head.Add((byte)name.Length);
            head.AddRange(Encoding.ASCII.GetBytes(name));
            head.Add(7);
            head.AddRange([(byte)(value.Length >> 8), (byte)value.Length]);
            head.AddRange(Encoding.ASCII.GetBytes(value));
        }
        return Raw([.. head], Encoding.UTF8.GetBytes(payload));
    }

    public static byte[] Raw(byte[] headers, byte[] payload)
    {
        var frame = new List<byte>();
        frame.AddRange(Number((uint)(16 + headers.Length + payload.Length)));
        frame.AddRange(Number((uint)headers.Length));
        frame.AddRange(Number(Crc([.. frame])));
        frame.AddRange(headers);
        frame.AddRange(payload);
        frame.AddRange(Number(Crc([.. frame])));
        return [.. frame];
    }

    /// <summary>The payloads of a stream, each behind its event's type; every length and checksum is checked on the way.</summary>
    public static List<string> Read(ReadOnlySpan<byte> stream)
    {
        var read = new List<string>();
        while (!stream.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(stream);
            var headers = (int)BinaryPrimitives.ReadUInt32BigEndian(stream[4..]);
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(stream[8..]), Is.EqualTo(Crc(stream[..8].ToArray())), "prelude");
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(stream[(length - 4)..]), Is.EqualTo(Crc(stream[..(length - 4)].ToArray())), "message");
            read.Add(Encoding.UTF8.GetString(stream[(12 + headers)..(length - 4)]));
            stream = stream[length..];
        }
        return read;
    }

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
