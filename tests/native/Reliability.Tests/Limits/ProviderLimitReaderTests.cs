using System.Text;
using CsCheck;

namespace IronCage.Reliability.Tests.Limits;

public class ProviderLimitReaderTests
{
    private static readonly DateTimeOffset Sent = new(2026, 10, 1, 12, 0, 0, TimeSpan.Zero);

    private static ProviderLimits Read(string lines) => ProviderLimitReader.Read(Encoding.UTF8.GetBytes(lines), Sent, Sent.AddSeconds(2));

    [TestCase("6m0s", 360)]
    [TestCase("20ms", 0.02)]
    [TestCase("1h2m3.5s", 3723.5)]
    [TestCase("2m59.56s", 179.56)]
    [TestCase("0s", 0)]
    [TestCase("12", 12)]
    [TestCase("59.7", 59.7)]
    [TestCase("1d", 86400)]
    [TestCase("150us", 0.00015)]
    [TestCase("2026-10-01T12:00:30Z", 30)]
    [TestCase("2026-10-01T14:00:30+02:00", 30)]
    [TestCase("2026-10-01T11:59:00Z", 0)]
    public void A_reset_is_read(string value, double seconds) =>
        Assert.That(Read($"x-ratelimit-reset-requests: {value}").Requests.Reset, Is.EqualTo(TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond))));

    [TestCase("")]
    [TestCase("s")]
    [TestCase("6x")]
    [TestCase("6m s")]
    [TestCase("-5s")]
    [TestCase("1e3s")]
    [TestCase("..s")]
    [TestCase("999999999999999999999999h")]
    [TestCase("32d")]
    [TestCase("1790000000")] // an instant in seconds since 1970
    [TestCase("1790000000000")]
    [TestCase("2027-10-01T12:00:30Z")]
    [TestCase("tomorrow")]
    public void What_is_no_reset_is_as_if_it_were_not_there(string value) =>
        Assert.That(Read($"x-ratelimit-reset-requests: {value}").Requests.Reset, Is.Null);

    [TestCase("retry-after: 7", 7)]
    [TestCase("Retry-After: 1.5", 1.5)]
    [TestCase("retry-after: Thu, 01 Oct 2026 12:00:12 GMT", 10)]
    [TestCase("retry-after-ms: 250", 0.25)]
    [TestCase("retry-after: 9\nretry-after-ms: 250", 0.25)]
    [TestCase("retry-after-ms: x\nretry-after: 9", 9)]
    [TestCase("retry-after: 0", 0)]
    [TestCase("retry-after: -1", null)]
    [TestCase("retry-after: soon", null)]
    [TestCase("retry-after:", null)]
    [TestCase("x-retry-after: 3", null)]
    public void The_time_of_the_next_try_is_read(string lines, double? seconds) =>
        Assert.That(Read(lines).RetryAfter?.TotalSeconds, Is.EqualTo(seconds));

    [Test]
    public void The_headers_of_OpenAI_are_read()
    {
        var told = Read("x-ratelimit-limit-requests: 60\nx-ratelimit-limit-tokens: 150000\nx-ratelimit-remaining-requests: 59\nx-ratelimit-remaining-tokens: 149984\n"
            + "x-ratelimit-reset-requests: 1s\nx-ratelimit-reset-tokens: 6m0s\nx-ratelimit-remaining-images: 3\nx-request-id: 5");
        Assert.That((told.Requests, told.Tokens, told.HasRates, told.RetryAfter), Is.EqualTo((
            new ProviderRate(60, 59, TimeSpan.FromSeconds(1)), new ProviderRate(150_000, 149_984, TimeSpan.FromMinutes(6)), true, (TimeSpan?)null)));
    }

    [Test]
    public void The_headers_of_Anthropic_are_read()
    {
        var told = Read("anthropic-ratelimit-requests-limit: 50\r\nanthropic-ratelimit-requests-remaining: 0\r\nanthropic-ratelimit-requests-reset: 2026-10-01T12:01:00Z\r\n"
            + "anthropic-ratelimit-input-tokens-remaining: 1000\r\nanthropic-ratelimit-output-tokens-limit: 8000\r\nanthropic-ratelimit-output-tokens-remaining: 7\r\n"
            + "anthropic-ratelimit-tokens-remaining: 8\r\nretry-after: 12");
        Assert.That((told.Requests, told.Tokens, told.InputTokens, told.OutputTokens, told.RetryAfter), Is.EqualTo((
            new ProviderRate(50, 0, TimeSpan.FromMinutes(1)), new ProviderRate(null, 8, null), new ProviderRate(null, 1000, null), new ProviderRate(8000, 7, null), (TimeSpan?)TimeSpan.FromSeconds(12))));
    }

    [Test]
    public void Any_bytes_are_read_without_a_fault()
    {
        Gen.Byte.Array[0, 60].Sample(bytes =>
        {
            foreach (var name in new[] { "retry-after: ", "retry-after-ms: ", "x-ratelimit-reset-tokens: ", "x-ratelimit-remaining-requests: ", "anthropic-ratelimit-tokens-reset: ", "", "x-ratelimit-", "anthropic-ratelimit--: " })
                ProviderLimitReader.Read([.. Encoding.ASCII.GetBytes(name), .. bytes], Sent, Sent);
        });
    }
}
