namespace IronCage.Cost.Tests.Bounds;

public sealed class AbortedAnswerTests
{
    private static readonly TokenCounter Counter = new();
    private static readonly PriceCatalogue Catalogue = PriceCatalogue.Load(new FixedTime("2026-08-31"));

    [Test]
    public void The_output_of_a_public_tokenizer_is_counted() =>
        Assert.That(AbortedAnswer.Estimate(Catalogue.Find("gpt-4o")!, 50, "tiktoken is great!"u8, Counter), Is.EqualTo(new TokenUsage(Input: 50, Output: 6)));

    [Test]
    public void Other_output_is_a_third_of_its_bytes_rounded_up() =>
        Assert.That(AbortedAnswer.Estimate(Catalogue.Find("claude-3-haiku-20240307")!, 50, "tiktoken is great!!"u8, Counter), Is.EqualTo(new TokenUsage(Input: 50, Output: 7)));

    [Test]
    public void A_model_that_thinks_in_hidden_tokens_is_charged_its_hold() =>
        Assert.That(AbortedAnswer.Estimate(Catalogue.Find("o3")!, 50, "x"u8, Counter), Is.Null);

    [Test]
    public void The_request_decides_when_it_says_whether_it_thinks()
    {
        var model = Catalogue.Find("claude-opus-5")!;
        Assert.That(AbortedAnswer.Estimate(model, 50, "abc"u8, Counter), Is.Null);
        Assert.That(AbortedAnswer.Estimate(model, 50, "abc"u8, Counter, reasoning: false), Is.EqualTo(new TokenUsage(Input: 50, Output: 1)));
        Assert.That(AbortedAnswer.Estimate(Catalogue.Find("gpt-4o")!, 50, "abc"u8, Counter, reasoning: true), Is.Null);
    }

    [Test]
    public void Nothing_received_still_costs_the_input() =>
        Assert.That(AbortedAnswer.Estimate(Catalogue.Find("gpt-4o")!, 50, [], Counter), Is.EqualTo(new TokenUsage(Input: 50)));
}
