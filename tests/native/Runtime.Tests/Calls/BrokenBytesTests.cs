using CsCheck;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;
using IronCage.Tests;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Whatever bytes come, a step answers a verdict: an exception would leave the host without one.</summary>
public class BrokenBytesTests
{
    private static readonly string[] Requests =
    [
        Wire.Request(), Wire.Streamed("mail ada@example.com"), Wire.Request(extra: "\"n\":2,\"tools\":[{\"type\":\"function\"}],\"prediction\":{\"content\":\"x\"}"),
        """{"\ud800":1,"model":"gpt-4o","messages":[{"\udc00":"x\ud800"}],"stream_options":{"\ud83d":true}}""",
    ];

    private static readonly string[] Answers =
    [
        Wire.Answer("mail ada@example.com", Wire.Usage(10, 5), "{\"content\":[]}"),
        """{"\ud800":1,"model":"\ud800","service_tier":"\udfff","choices":[{"\ud800":"x","message":{"content":"\ud800 a@example.com"}}],"usage":{"\ud800":1,"prompt_tokens":1,"completion_tokens":1}}""",
    ];

    private static readonly Gen<byte[]> Noise = Gen.OneOf(Gen.OneOf(Wire.Utf8("\\ud800"), Wire.Utf8("\""), [0xFF], [0xC3], Wire.Utf8("{"), Wire.Utf8("}"), Wire.Utf8("1e999"),
        Wire.Utf8(":"), Wire.Utf8("\n\n"), [], Wire.Utf8("null"), Wire.Utf8("\\u0000")), Gen.Byte.Array[0, 4]);

    private static Gen<byte[]> Mutated(string[] texts) =>
        Gen.Select(Gen.OneOf(texts), Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 6], Noise).Array[0, 3]).Select((text, mutations) =>
        {
            var bytes = Wire.Utf8(text).ToList();
            foreach (var (place, removed, added) in mutations)
            {
                var at = place % (bytes.Count + 1);
                bytes.RemoveRange(at, Math.Min(removed, bytes.Count - at));
                bytes.InsertRange(at, added);
            }
            return bytes.ToArray();
        });

    [TestCase("""{"model":"\ud800","messages":[]}""")]
    [TestCase("""{"\ud800":1,"model":"gpt-4o\ud800","messages":[]}""")]
    [TestCase("{\"model\":\"gpt\u00ff4o\",\"messages\":[]}")]
    public void A_model_that_is_no_text_is_refused(string body)
    {
        using var cage = new Cage();
        var latin = System.Text.Encoding.Latin1.GetBytes(body);
        Assert.That(cage.Begin(cage.Protect().OpenRun(null), latin).Kind, Is.EqualTo(VerdictKind.Refuse));
    }

    [TestCase("gpt-4o")]
    public void An_answer_whose_model_is_no_text_is_handed_on(string model)
    {
        using var cage = new Cage();
        var run = cage.Protect().OpenRun(null);
        var answer = Wire.Answer(usage: Wire.Usage(1, 1)).Replace("\"" + model + "\"", "\"\\ud800\"", StringComparison.Ordinal);
        Assert.That(cage.Whole(run, null, answer).Kind, Is.EqualTo(VerdictKind.Send));
        var call = cage.Begin(run, Wire.Streamed()).Call;
        var chunk = Wire.Chunk("x").Replace("\"" + model + "\"", "\"\\ud800\"", StringComparison.Ordinal);
        Assert.That(Cage.Stream(call, Wire.Utf8(chunk)).Output, Is.EqualTo(chunk));
        call.End(CallEnding.Complete);
    }

    [Test]
    public void Any_request_gets_a_verdict_and_holds_nothing_when_refused() => Mutated(Requests).Sample(body =>
    {
        using var cage = new Cage();
        var protection = cage.Protect("\"budget_usd\":\"1\"");
        var begun = cage.Begin(protection.OpenRun(null), body);
        begun.Opened?.End(CallEnding.Withdrawn);
        return Cage.Figures(protection) is { Held: 0, BudgetHeld: 0, Spent: 0 };
    }, iter: Counts.Of(2_000), threads: 1);

    [Test]
    public void Any_answer_gets_a_verdict_and_is_settled() => Mutated(Answers).Sample(body =>
    {
        using var cage = new Cage();
        var protection = cage.Protect("\"budget_usd\":\"1\"");
        var call = cage.Begin(protection.OpenRun(null)).Call;
        call.Respond(200, true, body);
        call.End(CallEnding.Complete);
        return Cage.Figures(protection) is { Held: 0, BudgetHeld: 0, Spent: > 0 };
    }, iter: Counts.Of(1_200), threads: 1);

    [Test]
    public void Any_stream_gets_verdicts_and_is_settled() => Gen.Select(Mutated([.. Answers.Select(a => "data: " + a.Replace("message", "delta", StringComparison.Ordinal) + "\n\n" + Wire.Done)]), Gen.Int[1, 50]).Sample((body, size) =>
    {
        using var cage = new Cage();
        var protection = cage.Protect("\"budget_usd\":\"1\"");
        var call = cage.Begin(protection.OpenRun(null), Wire.Streamed()).Call;
        Cage.Stream(call, body.Chunk(size));
        call.End(CallEnding.Complete);
        return Cage.Figures(protection) is { Held: 0, BudgetHeld: 0, Spent: > 0 };
    }, iter: Counts.Of(1_200), threads: 1);
}
