using System.Globalization;

namespace IronCage.Reliability;

/// <summary>
/// Decides whether a failed attempt is followed by another, and when. Pure but for the clock and chance that it was given; thread-safe if these are.
/// </summary>
/// <remarks>
/// Polly's own retry strategy runs the attempts inside its pipeline and keeps its computation of pauses to itself. Here the attempts are made by the host, one call each,
/// so what is left of a strategy is this decision.
/// </remarks>
public sealed class RetryPolicy
{
    private static readonly string[] Dates = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    private readonly TimeProvider _clock;
    private readonly Func<double> _chance;

    /// <summary>Makes a policy.</summary>
    /// <param name="clock">Says how far off a date is.</param>
    /// <param name="chance">A number from 0 up to, not including, 1 at each call.</param>
    public RetryPolicy(TimeProvider clock, Func<double> chance)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(chance);
        (_clock, _chance) = (clock, chance);
    }

    /// <summary>
    /// Whether clients try a request again that was answered with this status: 408, 409, 429, 500, 502, 503, 504, and Anthropic's 529. Other errors come again whenever the same
    /// request does.
    /// </summary>
    public static bool IsTransient(int status) => status is 408 or 409 or 429 or 500 or 502 or 503 or 504 or 529;

    /// <summary>Decides about one failure.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public RetryDecision Decide(RetryOptions options, in FailedAttempt failed)
    {
        ArgumentNullException.ThrowIfNull(options);
        var should = failed.ShouldRetry.ToUpperInvariant() switch
        {
            "TRUE" => failed.Status >= 400,
            "FALSE" => false,
            _ => failed.Status == 0 || IsTransient(failed.Status),
        };
        if (!should)
            return new RetryDecision(RetryAnswer.Final);
        if (options.MaxRetries == 0)
            return new RetryDecision(RetryAnswer.Off);
        if (failed.Number > options.MaxRetries)
            return new RetryDecision(RetryAnswer.CapReached);
        if (Asked(failed) is not { } asked)
            return new RetryDecision(RetryAnswer.Retry, Backoff(options, failed.Number));
        return asked > options.RetryAfterCeiling.TotalSeconds
            ? new RetryDecision(RetryAnswer.AboveCeiling)
            : new RetryDecision(RetryAnswer.Retry, TimeSpan.FromSeconds(asked));
    }

    /// <summary>The pause that the provider asks for, in seconds; null where it asks for none, or for one that is over.</summary>
    private double? Asked(in FailedAttempt failed)
    {
        if (Number(failed.RetryAfterMs) is { } milliseconds)
            return milliseconds / 1000;
        if (Number(failed.RetryAfter) is { } seconds)
            return seconds;
        if (DateTimeOffset.TryParseExact(failed.RetryAfter, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            && (date - _clock.GetUtcNow()).TotalSeconds is > 0 and var left)
            return left;
        return null;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && number > 0 ? number : null;

    private TimeSpan Backoff(RetryOptions options, int number)
    {
        var seconds = Math.Min(options.Delay.TotalSeconds * Math.Pow(2, number - 1), RetryConstants.MaximumDelay.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 - RetryConstants.Jitter * _chance()));
    }
}
