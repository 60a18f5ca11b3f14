using System.Globalization;

namespace IronCage.Reliability;

/// <summary>How often a failed request is sent again, and after which pause. Checked by <see cref="Validate"/>.</summary>
public sealed record RetryOptions
{
    /// <summary>The most attempts of one request beyond its first, whoever makes them. Default 2; 0 to 10. 0: none is added and nothing is capped, retries are the client's affair.</summary>
    public int MaxRetries { get; init; } = RetryConstants.DefaultMaxRetries;

    /// <summary>The pause before the first retry where the provider asks for none; it doubles with each up to 8 seconds. Default 0.5 seconds; 0.001 to 8 seconds.</summary>
    public TimeSpan Delay { get; init; } = RetryConstants.DefaultDelay;

    /// <summary>The longest pause that a provider may ask for; where it asks for more there is no retry. Default 60 seconds; 0 to 3600 seconds.</summary>
    public TimeSpan RetryAfterCeiling { get; init; } = RetryConstants.DefaultRetryAfterCeiling;

    /// <summary>What an attempt may take: a whole answer up to its end, a stream up to its head. Default null: as long as the client lets it; 0.001 seconds to one day.</summary>
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>What all attempts of a request and the waits before and between them may take together. Default null: as long as they do; 0.001 seconds to one day.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; <see cref="ArgumentException.ParamName"/> is its name and the message tells the range.</exception>
    public void Validate()
    {
        if (MaxRetries is < 0 or > RetryConstants.MaximumMaxRetries)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxRetries),
                string.Create(CultureInfo.InvariantCulture, $"MaxRetries must be 0 to 10, and is {MaxRetries}"));
        }
        if (Delay < RetryConstants.MinimumDelay || Delay > RetryConstants.MaximumDelay)
        {
            throw new ArgumentOutOfRangeException(nameof(Delay),
                string.Create(CultureInfo.InvariantCulture, $"Delay must be 0.001 to 8 seconds, and is {Delay.TotalSeconds} seconds"));
        }
        if (RetryAfterCeiling < TimeSpan.Zero || RetryAfterCeiling > RetryConstants.MaximumRetryAfterCeiling)
        {
            throw new ArgumentOutOfRangeException(nameof(RetryAfterCeiling),
                string.Create(CultureInfo.InvariantCulture, $"RetryAfterCeiling must be 0 to 3600 seconds, and is {RetryAfterCeiling.TotalSeconds} seconds"));
        }
        ValidateTimeout(AttemptTimeout, nameof(AttemptTimeout));
        ValidateTimeout(TotalTimeout, nameof(TotalTimeout));
    }

    private static void ValidateTimeout(TimeSpan? timeout, string name)
    {
        if (timeout is { } given && (given < RetryConstants.MinimumTimeout || given > RetryConstants.MaximumTimeout))
        {
            throw new ArgumentOutOfRangeException(name,
                string.Create(CultureInfo.InvariantCulture, $"{name} must be 0.001 to 86400 seconds, and is {given.TotalSeconds} seconds"));
        }
    }

    private static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;

    /// <summary>What satisfies both: the smaller cap, the smaller ceiling, the shorter times, the longer pause.</summary>
    public RetryOptions And(RetryOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ReferenceEquals(this, other) ? this : this with
        {
            MaxRetries = Math.Min(MaxRetries, other.MaxRetries),
            Delay = Delay > other.Delay ? Delay : other.Delay,
            RetryAfterCeiling = RetryAfterCeiling < other.RetryAfterCeiling ? RetryAfterCeiling : other.RetryAfterCeiling,
            AttemptTimeout = Shorter(AttemptTimeout, other.AttemptTimeout),
            TotalTimeout = Shorter(TotalTimeout, other.TotalTimeout),
        };
    }
}
