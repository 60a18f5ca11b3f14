using System.Buffers;
using System.Text;
using IronCage.Lang.Bedrock;
using IronCage.Lang.EventStream;
using IronCage.Lang.Tests.OpenAi;
using IronCage.Tests;

namespace IronCage.Lang.Tests.Bedrock;

public sealed class EventFrameTests
{
    /// <summary>Written by zlib.crc32 and struct.pack of Python.</summary>
    private const string Golden =
        "000000a400000057158a22680b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e742d747970650700106170706c6963617469"
        + "6f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a2261"
        + "20534543524554227d2c2270223a22616263227dd0ccb427";

    private const string GoldenEdited =
        "000000a400000057158a22680b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e742d747970650700106170706c6963617469"
        + "6f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a2261"
        + "205b474f4e455d227d2c2270223a22616263227da6f2b866";

    [Test]
    public void A_checksum_is_that_of_gzip()
    {
        Assert.That(Crc32.Of("123456789"u8), Is.EqualTo(0xCBF43926u));
        Assert.That(Crc32.Of("6789"u8, Crc32.Of("12345"u8)), Is.EqualTo(0xCBF43926u));
        Assert.That(Crc32.Of(default), Is.Zero);
    }

    [Test]
    public void A_message_that_another_encoder_wrote_is_read_and_written_again_to_the_byte()
    {
        var raw = Convert.FromHexString(Golden);
        Assert.That(EventFrame.Length(raw), Is.EqualTo(raw.Length));
        var frame = EventFrame.Of(raw);
        Assert.That(frame.Strings().Select(s => $"{s.Name}={Encoding.UTF8.GetString(s.Value)}"),
            Is.EqualTo(new[] { ":event-type=contentBlockDelta", ":content-type=application/json", ":message-type=event" }));
        Assert.That(frame.WithPayload(raw[frame.Payload]), Is.EqualTo(raw));
        var output = new ArrayBufferWriter<byte>();
        var stream = new ConverseStream(_ => new WordScreen("SECRET"));
        stream.Feed(raw, output);
        stream.Finish(output);
        Assert.That(Convert.ToHexStringLower(output.WrittenSpan), Is.EqualTo(GoldenEdited));
    }

    [Test]
    public void A_message_that_is_not_whole_has_no_length_yet()
    {
        var raw = Convert.FromHexString(Golden);
        for (var n = 0; n < raw.Length; n++)
            Assert.That(EventFrame.Length(raw.AsSpan(0, n)), Is.Zero);
    }

    [Test]
    public void A_changed_bit_is_found_wherever_it_stands()
    {
        var raw = Convert.FromHexString(Golden);
        for (var bit = 0; bit < raw.Length * 8; bit++)
        {
            raw[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(EventFrame.Length(raw), Is.EqualTo(-1), $"bit {bit}");
            raw[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [TestCase(new byte[] { 1, (byte)'b', 0 }, true)]
    [TestCase(new byte[] { 1, (byte)'b', 2, 9 }, true)]
    [TestCase(new byte[] { 1, (byte)'b', 3, 9, 9 }, true)]
    [TestCase(new byte[] { 1, (byte)'b', 4, 9, 9, 9, 9 }, true)]
    [TestCase(new byte[] { 1, (byte)'b', 8, 9, 9, 9, 9, 9, 9, 9, 9 }, true)]
    [TestCase(new byte[] { 1, (byte)'b', 6, 0, 2, 9, 9 }, true)]
    [TestCase(new byte[] { 1, (byte)'b', 7, 0, 0 }, true)]
    [TestCase(new byte[] { 1, (byte)'b', 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, true)]
    [TestCase(new byte[] { 1, (byte)'b', 7, 0, 3, 9 }, false)]
    [TestCase(new byte[] { 1, (byte)'b', 7, 0 }, false)]
    [TestCase(new byte[] { 1, (byte)'b', 10 }, false)]
    [TestCase(new byte[] { 1, (byte)'b' }, false)]
    [TestCase(new byte[] { 9, (byte)'b' }, false)]
    [TestCase(new byte[] { 1, (byte)'b', 4, 9 }, false)]
    public void Headers_of_every_type_are_walked_and_broken_ones_are_none(byte[] headers, bool good) =>
        Assert.That(EventFrame.Length(Frames.Raw(headers, [])), Is.EqualTo(good ? 16 + headers.Length : -1));

    [TestCase(15u, 0u)]
    [TestCase(0u, 0u)]
    [TestCase(20u, 5u)]
    [TestCase((8u << 20) + 1, 0u)]
    [TestCase(uint.MaxValue, 0u)]
    [TestCase(1000u, uint.MaxValue)]
    [TestCase(1u << 20, (128u << 10) + 1)]
    public void Impossible_lengths_are_none_before_the_rest_has_come(uint length, uint headers)
    {
        byte[] prelude = [.. BitConverter.GetBytes(length).Reverse(), .. BitConverter.GetBytes(headers).Reverse()];
        byte[] whole = [.. prelude, .. BitConverter.GetBytes(Crc32.Of(prelude)).Reverse()];
        Assert.That(EventFrame.Length(whole), Is.EqualTo(-1));
    }
}
