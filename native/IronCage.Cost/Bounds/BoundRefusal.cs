namespace IronCage.Cost;

/// <summary>Why a request has no upper bound.</summary>
public enum BoundRefusal
{
    /// <summary>It has one.</summary>
    None = 0,

    /// <summary>Input that cannot be counted, to a model whose context window is not known.</summary>
    UnboundedInput = 1,

    /// <summary>No output limit, no known context window, and lowering is not allowed.</summary>
    UnboundedOutput = 2,

    /// <summary>The worst case is above 9,223,372 dollars, beyond what amounts can express.</summary>
    TooLarge = 3,
}
