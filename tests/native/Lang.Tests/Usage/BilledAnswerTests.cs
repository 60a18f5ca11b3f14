using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using IronCage.Core.Money;
using IronCage.Lang.Usage;
using IronCage.Tests;

namespace IronCage.Lang.Tests.Usage;

/// <summary>Answers as providers document them: tests/vectors/usage, one file for each provider.</summary>
public sealed class BilledAnswerTests
{
    private static readonly string[] Bodies = [.. Vectors().Select(data => ((JsonObject)data.Arguments[0]!)["body"]!.ToJsonString())];

    private static IEnumerable<TestCaseData> Vectors()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "usage"), "*.json").Order(StringComparer.Ordinal))
        {
            foreach (var vector in JsonNode.Parse(File.ReadAllText(file))!.AsArray())
                yield return new TestCaseData(vector!.AsObject()) { TestName = $"{Path.GetFileNameWithoutExtension(file)}: {vector["name"]}" };
        }
    }

    [TestCaseSource(nameof(Vectors))]
    public void An_answer_is_read_by_its_shape_and_by_its_api(JsonObject vector)
    {
        var body = Encoding.UTF8.GetBytes(vector["body"]!.ToJsonString());
        var expected = Buckets(vector["usage"]!.AsObject()) with { Charge = vector["charge_usd"] is { } charge ? Picodollars.FromDollars((decimal)charge) : null };
        Assert.That(UsageApis.TryParse((string)vector["api"]!, out var api), Is.True);
        foreach (var given in new UsageApi?[] { null, api })
        {
            Assert.That(BilledAnswer.TryRead(body, given, out var answer, out var problem), Is.True, problem);
            Assert.That(answer!.Api, Is.EqualTo(api));
            Assert.That(answer.Usage, Is.EqualTo(expected));
        }
    }

    [TestCaseSource(nameof(Vectors))]
    public void A_cut_answer_is_refused_and_never_read_as_less(JsonObject vector)
    {
        var body = Encoding.UTF8.GetBytes(vector["body"]!.ToJsonString());
        for (var length = 0; length < body.Length; length++)
        {
            Assert.That(BilledAnswer.TryRead(body.AsSpan(0, length), null, out var answer, out var problem), Is.False);
            Assert.That(answer, Is.Null);
            Assert.That(problem, Is.EqualTo("is no JSON"));
        }
    }

    [TestCase("""{"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11}}}""", TestName = "more cached than the prompt has")]
    [TestCase("""{"usage":{"prompt_tokens":-1,"completion_tokens":5}}""", TestName = "a negative count")]
    [TestCase("""{"usage":{"prompt_tokens":1.5,"completion_tokens":5}}""", TestName = "half a token")]
    [TestCase("""{"usage":{"prompt_tokens":"10","completion_tokens":5}}""", TestName = "a text")]
    [TestCase("""{"usage":{"prompt_tokens":1000000001,"completion_tokens":5}}""", TestName = "more than any call has")]
    [TestCase("""{"usage":{"completion_tokens":5}}""", TestName = "no prompt")]
    [TestCase("""{"usage":{"input_tokens":5,"output_tokens":5,"input_tokens_details":{"cached_tokens":6}}}""", TestName = "responses: more cached than the input has")]
    [TestCase("""{"usage":{"input_tokens":5,"output_tokens":5,"output_tokens_details":{"image_tokens":6}}}""", TestName = "responses: more images than the output has")]
    [TestCase("""{"usageMetadata":{"promptTokenCount":5,"cachedContentTokenCount":6}}""", TestName = "Gemini: more cached than the prompt has")]
    [TestCase("""{"usageMetadata":{"promptTokenCount":5,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":6}]}}""", TestName = "Gemini: more audio than the prompt has")]
    [TestCase("""{"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":1,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":2}]}}""", TestName = "Gemini: more images than the answer has")]
    [TestCase("""{"usage":{"inputTokens":5,"outputTokens":-5}}""", TestName = "Converse: a negative count")]
    [TestCase("""{"usage":{"tokens":{"input_tokens":5,"output_tokens":5},"cached_tokens":6}}""", TestName = "Cohere: more cached than the input has")]
    [TestCase("""{"usage":{"billed_units":{"input_tokens":-5}}}""", TestName = "Cohere: a negative count")]
    [TestCase("""{"usage":null}""", TestName = "no usage")]
    [TestCase("""{"usage":{}}""", TestName = "an empty usage")]
    [TestCase("""{"choices":[{"usage":{"prompt_tokens":1}}]}""", TestName = "a usage that stands elsewhere")]
    [TestCase("""{"type":"message_delta","usage":{"output_tokens":5}}""", TestName = "an event that tells the output alone")]
    [TestCase("[]", TestName = "no chunk")]
    [TestCase("7", TestName = "a number")]
    public void What_cannot_be_billed_is_refused(string json)
    {
        Assert.That(BilledAnswer.TryRead(Encoding.UTF8.GetBytes(json), null, out var answer, out var problem), Is.False);
        Assert.That(answer, Is.Null);
        Assert.That(problem, Is.EqualTo("tells no usage, or an impossible one"));
    }

    [Test]
    public void Escaped_names_and_numbers_that_JSON_does_not_have_are_read()
    {
        var body = """{"model":"gpt-4o","choices":[{"logprobs":NaN}],"usage":{"prompt\u005ftokens":10,"completion_tokens":5}}"""u8;
        Assert.That(BilledAnswer.TryRead(body, UsageApi.Chat, out var answer, out var problem), Is.True, problem);
        Assert.That(answer!.Usage, Is.EqualTo(new WireUsage(10, 0, 0, 5, 0, 0, 0)));
    }

    [Test]
    public void Nothing_of_a_chat_usage_is_lost_and_nothing_counts_twice() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 3])
            .Sample((text, cached, written, audio, shown, reasoning, spoken, onTop) =>
            {
                var (prompt, completion) = (text + cached + written + audio, shown + reasoning + spoken);
                var json = JsonSerializer.Serialize(new
                {
                    usage = new
                    {
                        total_tokens = prompt + completion + onTop,
                        prompt_tokens_details = new { cached_tokens = cached, cache_write_tokens = written, audio_tokens = audio },
                        prompt_tokens = prompt,
                        completion_tokens = completion,
                        completion_tokens_details = new { reasoning_tokens = reasoning, audio_tokens = spoken },
                    },
                });
                return BilledAnswer.TryRead(Encoding.UTF8.GetBytes(json), null, out var answer, out _)
                    && answer!.Usage == new WireUsage(text, cached, written, shown + reasoning + onTop, Math.Max(reasoning, onTop), audio, spoken);
            }, iter: Counts.Of(2_000));

    [Test]
    public void Any_bytes_are_read_or_refused() =>
        Gen.Select(Gen.Int[0, Bodies.Length - 1].Select(which => Bodies[which]), Gen.Int[0, 3000], Gen.Byte, Gen.Int[0, 3000], Gen.Byte)
            .Sample((json, first, one, second, other) =>
            {
                var body = Encoding.UTF8.GetBytes(json);
                body[first % body.Length] = one;
                body[second % body.Length] = other;
                return !BilledAnswer.TryRead(body, null, out var answer, out _) || (answer!.Usage.TotalInput >= 0 && answer.Usage.TotalOutput >= 0 && answer.Usage.Reasoning >= 0);
            }, iter: Counts.Of(2_000));

    private static WireUsage Buckets(JsonObject usage)
    {
        long Of(string bucket) => (long?)usage[bucket] ?? 0;
        return new WireUsage(Of("input"), Of("cached_input"), Of("cache_write"), Of("output"), Of("reasoning"), Of("audio_input"), Of("audio_output"), Of("cache_write_hour"))
        {
            CachedAudio = Of("cached_audio_input"),
            ImageInput = Of("image_input"),
            ImageOutput = Of("image_output"),
            Searches = Of("search"),
        };
    }
}
