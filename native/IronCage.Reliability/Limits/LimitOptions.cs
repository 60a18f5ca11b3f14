using System.Globalization;

namespace IronCage.Reliability;

/// <summary>How many calls go to one provider host and model. Checked by <see cref="Validate"/>, which <see cref="LimitBook"/> calls.</summary>
public sealed record LimitOptions
{
    /// <summary>Calls that begin in any 60 seconds. Default null: not limited; 1 to 1,000,000.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Tokens, input and output, of the calls that begin in any 60 seconds. Default null: not limited; 1 to 2,000,000,000.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>Calls in flight at once. Default null: not limited; 1 to 100,000.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>How long a call waits for its turn. Default 30 seconds; zero (it does not wait) to one hour.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether calls wait where the provider said that nothing remains. Default true. Such a wait never refuses a call.</summary>
    public bool FollowsProvider { get; init; } = true;

    /// <summary>The longest that a provider is believed to want to be left alone: what is longer, or longer than <see cref="MaxWait"/>, delays nothing. Default 60 seconds; zero to one hour.</summary>
    public TimeSpan RetryAfterCeiling { get; init; } = LimitConstants.DefaultRetryAfterCeiling;

    /// <summary>Whether anything is limited whatever the provider says.</summary>
    public bool HasLimits => RequestsPerMinute is not null || TokensPerMinute is not null || MaxConcurrent is not null;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; <see cref="ArgumentException.ParamName"/> is its name and the message tells the range.</exception>
    public void Validate()
    {
        Check(nameof(RequestsPerMinute), RequestsPerMinute, LimitConstants.MostRequests);
        Check(nameof(TokensPerMinute), TokensPerMinute, LimitConstants.MostTokens);
        Check(nameof(MaxConcurrent), MaxConcurrent, LimitConstants.MostConcurrent);
        Check(nameof(MaxWait), MaxWait, LimitConstants.LongestWait);
        Check(nameof(RetryAfterCeiling), RetryAfterCeiling, LimitConstants.MaximumRetryAfterCeiling);
    }

    private static void Check(string name, int? value, int most)
    {
        if (value < 1 || value > most)
            throw new ArgumentOutOfRangeException(name, string.Create(CultureInfo.InvariantCulture, $"{name} must be 1 to {most}, and is {value}"));
    }

    private static void Check(string name, TimeSpan value, TimeSpan most)
    {
        if (value < TimeSpan.Zero || value > most)
            throw new ArgumentOutOfRangeException(name, string.Create(CultureInfo.InvariantCulture, $"{name} must be 0 to {most.TotalSeconds} seconds, and is {value.TotalSeconds} seconds"));
    }
}
