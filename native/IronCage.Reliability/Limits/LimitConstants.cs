namespace IronCage.Reliability;

/// <summary>Defaults and ranges of the limits, in one place.</summary>
public static class LimitConstants
{
    /// <summary>Highest <see cref="LimitOptions.RequestsPerMinute"/>: 1,000,000.</summary>
    public const int MostRequests = 1_000_000;

    /// <summary>Highest <see cref="LimitOptions.TokensPerMinute"/>: 2,000,000,000.</summary>
    public const int MostTokens = 2_000_000_000;

    /// <summary>Highest <see cref="LimitOptions.MaxConcurrent"/>: 100,000.</summary>
    public const int MostConcurrent = 100_000;

    /// <summary>Keys beyond which those that nobody uses are forgotten: 10,000. Keys come from requests.</summary>
    public const int ManyKeys = 10_000;

    /// <summary>What a minute is: 60 seconds, wherever they begin.</summary>
    public static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    /// <summary>Longest <see cref="LimitOptions.MaxWait"/>: an hour.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Default of <see cref="LimitOptions.RetryAfterCeiling"/>: 60 seconds.</summary>
    public static readonly TimeSpan DefaultRetryAfterCeiling = TimeSpan.FromSeconds(60);

    /// <summary>Highest <see cref="LimitOptions.RetryAfterCeiling"/>: an hour.</summary>
    public static readonly TimeSpan MaximumRetryAfterCeiling = TimeSpan.FromHours(1);

    /// <summary>What is told of a place in flight that is not free: one second. Nobody knows how long calls take; this is only how often to look.</summary>
    public static readonly TimeSpan UnknownRetryAfter = TimeSpan.FromSeconds(1);
}
