using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using IronCage.Core.Events;

namespace IronCage.Telemetry.Tests.Events;

public class EventJsonTests
{
    private static readonly DateTimeOffset Time = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).AddTicks(1_234_567);

    [Test]
    public void Empty_batch_is_an_empty_array() =>
        Assert.That(Write(0), Is.EqualTo("""{"dropped":0,"events":[]}"""));

    [Test]
    public void Batch_has_the_shape_of_the_header()
    {
        var json = Write(7,
            new SequencedEvent(8, new RuntimeEvent("budget.warning", EventLevel.Warning, Time, ulong.MaxValue, "90 % spent", """{"spent_usd": "0.9"}""")),
            new SequencedEvent(9, new RuntimeEvent("log", EventLevel.Error, DateTimeOffset.UnixEpoch, 0, "", null)));

        Assert.That(json, Is.EqualTo(
            """{"dropped":7,"events":[{"seq":8,"kind":"budget.warning","level":30,"time":1772600767.1234567,"protection":"18446744073709551615","message":"90 % spent","details":{"spent_usd": "0.9"}},"""
            + """{"seq":9,"kind":"log","level":40,"time":0,"protection":"0","message":"","details":null}]}"""));
    }

    [TestCase("[1]")]
    [TestCase("\"text\"")]
    [TestCase("12")]
    [TestCase("")]
    [TestCase("{")]
    [TestCase("{\"a\":1}}")]
    [TestCase("{\"a\":1},{\"b\":2}")]
    [TestCase("{'a':1}")]
    [TestCase("null")]
    [TestCase("{\"a\":1} // c")]
    public void Details_that_are_no_object_become_null(string details) =>
        Assert.That(One(new RuntimeEvent("k", EventLevel.Info, Time, 1, "m", details)).GetProperty("details").ValueKind, Is.EqualTo(JsonValueKind.Null));

    [TestCase("{}")]
    [TestCase(" {\"a\":{\"b\":[1,2]}}\n")]
    [TestCase("{\"ä\":\"\\u0000\"}")]
    public void Details_that_are_an_object_are_kept_as_they_are(string details)
    {
        var written = One(new RuntimeEvent("k", EventLevel.Info, Time, 1, "m", details)).GetProperty("details");

        Assert.That(JsonElement.DeepEquals(written, JsonDocument.Parse(details).RootElement), Is.True);
    }

    [Test]
    public void Lone_surrogates_become_replacement_characters()
    {
        var e = One(new RuntimeEvent("k\ud800", EventLevel.Info, Time, 1, "a\udc00b", "{\"a\":\"\ud800\"}"));

        Assert.That(e.GetProperty("kind").GetString(), Is.EqualTo("k\ufffd"));
        Assert.That(e.GetProperty("message").GetString(), Is.EqualTo("a\ufffdb"));
        Assert.That(e.GetProperty("details").GetProperty("a").GetString(), Is.EqualTo("\ufffd"));
    }

    [Test]
    public void Any_event_gives_valid_json_that_reads_back() =>
        Gen.Select(Gen.String, Gen.String, Gen.ULong, Gen.Long[0, DateTimeOffset.MaxValue.Ticks], Gen.OneOf(Gen.String, Gen.String.Select(s => JsonSerializer.Serialize(new { s }))))
            .Sample((kind, message, protection, ticks, details) =>
            {
                var e = One(new RuntimeEvent(kind, EventLevel.Debug, new DateTimeOffset(ticks, TimeSpan.Zero), protection, message, details));

                Assert.That(e.GetProperty("message").GetString(), Is.EqualTo(Repaired(message)));
                Assert.That(e.GetProperty("kind").GetString(), Is.EqualTo(Repaired(kind)));
                Assert.That(e.GetProperty("protection").GetString(), Is.EqualTo(protection.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                Assert.That(e.GetProperty("time").GetDecimal() * 10_000_000m, Is.EqualTo((decimal)(ticks - DateTimeOffset.UnixEpoch.Ticks)));
                Assert.That(e.GetProperty("details").ValueKind, Is.EqualTo(JsonValueKind.Object).Or.EqualTo(JsonValueKind.Null));
            }, iter: 5_000);

    private static string Repaired(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static JsonElement One(RuntimeEvent e) => JsonDocument.Parse(Write(0, new SequencedEvent(1, e))).RootElement.GetProperty("events")[0];

    private static string Write(long dropped, params SequencedEvent[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        EventJson.Write(output, dropped, [.. events]);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
