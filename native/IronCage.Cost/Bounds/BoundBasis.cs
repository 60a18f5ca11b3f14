namespace IronCage.Cost;

/// <summary>How the text of a bound was counted.</summary>
public enum BoundBasis
{
    /// <summary>One token per UTF-8 byte: holds for every byte-level tokenizer.</summary>
    Bytes = 0,

    /// <summary>By the model's own public tokenizer.</summary>
    Tokenizer = 1,

    /// <summary>By o200k_base times the provider's margin: the model's tokenizer is not public.</summary>
    TokenizerWithMargin = 2,
}
