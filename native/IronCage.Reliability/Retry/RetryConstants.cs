namespace IronCage.Reliability;

/// <summary>Defaults and ranges of retries, in one place. The pauses are those of OpenAI's and Anthropic's SDKs: 0.5 s, doubling up to 8 s, up to a quarter less by chance.</summary>
public static class RetryConstants
{
    /// <summary>Default of <see cref="RetryOptions.MaxRetries"/>: 2, as in OpenAI's and Anthropic's SDKs.</summary>
    public const int DefaultMaxRetries = 2;

    /// <summary>Highest <see cref="RetryOptions.MaxRetries"/>: 10.</summary>
    public const int MaximumMaxRetries = 10;

    /// <summary>The part of a pause that chance may take away, so that clients that failed together do not come back together: a quarter.</summary>
    public const double Jitter = 0.25;

    /// <summary>Default of <see cref="RetryOptions.Delay"/>: half a second.</summary>
    public static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(0.5);

    /// <summary>Lowest <see cref="RetryOptions.Delay"/>: one millisecond.</summary>
    public static readonly TimeSpan MinimumDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>Highest <see cref="RetryOptions.Delay"/>, and where doubling ends: 8 seconds.</summary>
    public static readonly TimeSpan MaximumDelay = TimeSpan.FromSeconds(8);

    /// <summary>Lowest <see cref="RetryOptions.AttemptTimeout"/> and <see cref="RetryOptions.TotalTimeout"/>: one millisecond.</summary>
    public static readonly TimeSpan MinimumTimeout = TimeSpan.FromMilliseconds(1);

    /// <summary>Highest <see cref="RetryOptions.AttemptTimeout"/> and <see cref="RetryOptions.TotalTimeout"/>: one day.</summary>
    public static readonly TimeSpan MaximumTimeout = TimeSpan.FromDays(1);

    /// <summary>Longest wait before a second attempt is made beside one that does not answer: one hour; the shortest is <see cref="MinimumTimeout"/>.</summary>
    public static readonly TimeSpan MaximumHedge = TimeSpan.FromHours(1);

    /// <summary>Default of <see cref="RetryOptions.RetryAfterCeiling"/>: 60 seconds.</summary>
    public static readonly TimeSpan DefaultRetryAfterCeiling = TimeSpan.FromSeconds(60);

    /// <summary>Highest <see cref="RetryOptions.RetryAfterCeiling"/>: one hour.</summary>
    public static readonly TimeSpan MaximumRetryAfterCeiling = TimeSpan.FromHours(1);
}
