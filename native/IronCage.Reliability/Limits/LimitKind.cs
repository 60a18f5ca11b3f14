namespace IronCage.Reliability;

/// <summary>What a call waits for.</summary>
public enum LimitKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="LimitOptions.RequestsPerMinute"/>.</summary>
    RequestsPerMinute = 1,

    /// <summary><see cref="LimitOptions.TokensPerMinute"/>.</summary>
    TokensPerMinute = 2,

    /// <summary><see cref="LimitOptions.MaxConcurrent"/>.</summary>
    MaxConcurrent = 3,

    /// <summary>The provider said that nothing remains until a time.</summary>
    Provider = 4,
}
