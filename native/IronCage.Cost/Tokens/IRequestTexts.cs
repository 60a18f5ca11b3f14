namespace IronCage.Cost;

/// <summary>
/// The texts of a request, for exact counting. Asked only when a tokenizer really counts, from the calling thread. Spans are UTF-8 with
/// JSON escapes undone
/// and stay valid until the next call.
/// </summary>
public interface IRequestTexts
{
    /// <summary>How many texts <see cref="Text"/> has.</summary>
    int Count { get; }

    /// <summary>The text at an index: contents of messages, their names and roles excluded.</summary>
    ReadOnlySpan<byte> Text(int index);

    /// <summary>The JSON of the tools and of a response schema, as sent; empty when there is none.</summary>
    ReadOnlySpan<byte> Tools { get; }
}
