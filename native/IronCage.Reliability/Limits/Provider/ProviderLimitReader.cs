using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace IronCage.Reliability;

/// <summary>
/// Reads what providers say of their limits: <c>x-ratelimit-{limit,remaining,reset}-{requests,tokens}</c> (OpenAI and many others), <c>anthropic-ratelimit-KIND-{limit,remaining,reset}</c>,
/// <c>retry-after</c> and <c>retry-after-ms</c>. What cannot be read is as if it were not there. Pure.
/// </summary>
public static class ProviderLimitReader
{
    /// <summary>What is further away is no wait but a mistake, or a date in another unit: 31 days.</summary>
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(31);

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789."u8);

    /// <param name="lines">Lines of <c>name: value</c>, LF between them.</param>
    /// <param name="sent">When the request was sent, by the wall clock: what a reset that is a time of day counts from.</param>
    /// <param name="now">When the answer came: what a retry that is a time of day counts from.</param>
    public static ProviderLimits Read(ReadOnlySpan<byte> lines, DateTimeOffset sent, DateTimeOffset now)
    {
        ProviderRate requests = default, tokens = default, input = default, output = default;
        TimeSpan? after = null, afterMs = null;
        while (lines.Length > 0)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0)
                continue;
            var name = line[..colon];
            var value = line[(colon + 1)..].Trim(" \t\r"u8);
            if (Ascii.EqualsIgnoreCase(name, "retry-after-ms"u8))
                afterMs = Number(value, TimeSpan.TicksPerMillisecond);
            else if (Ascii.EqualsIgnoreCase(name, "retry-after"u8))
                after = Number(value, TimeSpan.TicksPerSecond) ?? Instant(value, now);
            else if (TryStart(name, "x-ratelimit-"u8, out var rest) && rest.IndexOf((byte)'-') is > 0 and var dash)
                Put(rest[(dash + 1)..], rest[..dash], value);
            else if (TryStart(name, "anthropic-ratelimit-"u8, out rest) && rest.LastIndexOf((byte)'-') is > 0 and var last)
                Put(rest[..last], rest[(last + 1)..], value);
        }
        return new ProviderLimits { RetryAfter = afterMs ?? after, Requests = requests, Tokens = tokens, InputTokens = input, OutputTokens = output };

        void Put(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> what, ReadOnlySpan<byte> value)
        {
            if (Ascii.EqualsIgnoreCase(kind, "requests"u8))
                requests = With(requests, what, value, sent);
            else if (Ascii.EqualsIgnoreCase(kind, "tokens"u8))
                tokens = With(tokens, what, value, sent);
            else if (Ascii.EqualsIgnoreCase(kind, "input-tokens"u8))
                input = With(input, what, value, sent);
            else if (Ascii.EqualsIgnoreCase(kind, "output-tokens"u8))
                output = With(output, what, value, sent);
        }
    }

    private static ProviderRate With(in ProviderRate rate, ReadOnlySpan<byte> what, ReadOnlySpan<byte> value, DateTimeOffset sent)
    {
        if (Ascii.EqualsIgnoreCase(what, "limit"u8))
            return rate with { Limit = Whole(value) };
        if (Ascii.EqualsIgnoreCase(what, "remaining"u8))
            return rate with { Remaining = Whole(value) };
        return Ascii.EqualsIgnoreCase(what, "reset"u8) ? rate with { Reset = Duration(value) ?? Instant(value, sent) } : rate;
    }

    private static bool TryStart(ReadOnlySpan<byte> name, ReadOnlySpan<byte> start, out ReadOnlySpan<byte> rest)
    {
        var starts = name.Length > start.Length && Ascii.EqualsIgnoreCase(name[..start.Length], start);
        rest = starts ? name[start.Length..] : default;
        return starts;
    }

    private static long? Whole(ReadOnlySpan<byte> value) => Utf8Parser.TryParse(value, out long number, out var used) && used == value.Length ? number : null;

    /// <summary>A number of units that is zero or more.</summary>
    private static TimeSpan? Number(ReadOnlySpan<byte> value, long unit) =>
        Utf8Parser.TryParse(value, out decimal number, out var used) && used == value.Length && number is >= 0 and <= 1e10m && number * unit <= Furthest.Ticks
            ? TimeSpan.FromTicks((long)decimal.Ceiling(number * unit)) : null;

    /// <summary>Such as 6m0s, 20ms, 1h2m3.5s; seconds where there is no unit.</summary>
    private static TimeSpan? Duration(ReadOnlySpan<byte> value)
    {
        if (Number(value, TimeSpan.TicksPerSecond) is { } seconds)
            return seconds;
        var sum = TimeSpan.Zero;
        var rest = value;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0)
                return null;
            var number = rest[..digits];
            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            var unit = letters < 0 ? rest : rest[..letters];
            rest = letters < 0 ? default : rest[letters..];
            var ticks = unit.SequenceEqual("ms"u8) ? TimeSpan.TicksPerMillisecond
                : unit.SequenceEqual("s"u8) ? TimeSpan.TicksPerSecond
                : unit.SequenceEqual("m"u8) ? TimeSpan.TicksPerMinute
                : unit.SequenceEqual("h"u8) ? TimeSpan.TicksPerHour
                : unit.SequenceEqual("d"u8) ? TimeSpan.TicksPerDay
                : unit.SequenceEqual("us"u8) || unit.SequenceEqual("µs"u8) ? TimeSpan.TicksPerMicrosecond
                : 0;
            if (ticks == 0 || Number(number, ticks) is not { } part)
                return null;
            sum += part;
            if (sum > Furthest)
                return null;
        }
        return value.Length > 0 ? sum : null;
    }

    /// <summary>A date as of RFC 3339 or of HTTP, as the time from another to it; zero where it is past.</summary>
    private static TimeSpan? Instant(ReadOnlySpan<byte> value, DateTimeOffset from)
    {
        // Culture and styles are fixed: "now" in any local time would be a guess.
        if (value.Length is < 10 or > 40 || !DateTimeOffset.TryParse(Encoding.Latin1.GetString(value), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            return null;
        var time = instant - from;
        return time > Furthest ? null : time > TimeSpan.Zero ? time : TimeSpan.Zero;
    }
}
