using System.Buffers;
using System.Text.Unicode;
using Microsoft.ML.Tokenizers;

namespace IronCage.Cost;

/// <summary>
/// Counts tokens by the public tokenizers o200k_base and cl100k_base. Thread-safe. A tokenizer's tables are loaded at its first use
/// (0.1 to 0.5 s, some tens of megabytes) and kept.
/// </summary>
public sealed class TokenCounter
{
    /// <summary>The tokenizer of gpt-4o and everything after it.</summary>
    public const string O200k = "o200k_base";

    /// <summary>The tokenizer of gpt-3.5, gpt-4 and the embeddings.</summary>
    public const string Cl100k = "cl100k_base";

    private const int BufferLength = 32 * 1024;

    private readonly Lazy<TiktokenTokenizer> o200k = new(() => TiktokenTokenizer.CreateForEncoding(O200k));
    private readonly Lazy<TiktokenTokenizer> cl100k = new(() => TiktokenTokenizer.CreateForEncoding(Cl100k));

    /// <summary>Whether <paramref name="tokenizer"/> is one of the public ones.</summary>
    public static bool IsPublic(string? tokenizer) => tokenizer is O200k or Cl100k;

    /// <summary>Whether the tables are in memory, so that counting does not have to load them. False for unknown names.</summary>
    public bool IsLoaded(string tokenizer) => Find(tokenizer) is { IsValueCreated: true };

    /// <summary>Loads the tables now, from any thread; nothing when they are loaded or the name is unknown.</summary>
    public void Load(string tokenizer) => _ = Find(tokenizer)?.Value;

    /// <summary>
    /// Counts the tokens of a text. Text that looks like a special token ("&lt;|endoftext|&gt;") counts as the ordinary text it is.
    /// Invalid UTF-8 counts as U+FFFD, as JSON readers replace it. A run of more than 512 characters of one kind without a break is cut and
    /// counted
    /// piecewise with one token added per cut: the tokenizer would need time quadratic in its length.
    /// </summary>
    /// <param name="utf8">The text.</param>
    /// <param name="tokenizer"><see cref="O200k"/> or <see cref="Cl100k"/>.</param>
    /// <param name="tokens">The count; 0 when the answer is false.</param>
    /// <returns>False when the tokenizer is unknown.</returns>
    public bool TryCount(ReadOnlySpan<byte> utf8, string? tokenizer, out int tokens)
    {
        tokens = 0;
        if (Find(tokenizer) is not { } lazy)
            return false;
        if (!utf8.IsEmpty)
            tokens = Count(utf8, lazy.Value);
        return true;
    }

    private Lazy<TiktokenTokenizer>? Find(string? tokenizer) => tokenizer switch
    {
        O200k => o200k,
        Cl100k => cl100k,
        _ => null,
    };

    private static int Count(ReadOnlySpan<byte> utf8, TiktokenTokenizer tokenizer)
    {
        var buffer = ArrayPool<char>.Shared.Rent(BufferLength);
        try
        {
            var tokens = 0;
            var filled = 0;
            while (true)
            {
                Utf8.ToUtf16(utf8, buffer.AsSpan(filled), out var read, out var written, replaceInvalidSequences: true, isFinalBlock: true);
                utf8 = utf8[read..];
                filled += written;
                var text = buffer.AsSpan(0, filled);
                if (utf8.IsEmpty)
                    return checked(tokens + CountPieces(text, tokenizer));

                var cut = TextCuts.LastBetweenWords(text);
                if (cut == 0)
                {
                    cut = filled;
                    tokens++;
                }

                tokens = checked(tokens + CountPieces(text[..cut], tokenizer));
                text[cut..].CopyTo(buffer);
                filled -= cut;
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer, clearArray: true); // prompts do not linger in a shared pool
        }
    }

    private static int CountPieces(ReadOnlySpan<char> text, TiktokenTokenizer tokenizer)
    {
        var tokens = 0;
        while (!text.IsEmpty)
        {
            var cut = TextCuts.Next(text, out var forced);
            tokens += tokenizer.CountTokens(text[..cut], considerPreTokenization: true, considerNormalization: false) + (forced ? 1 : 0);
            text = text[cut..];
        }

        return tokens;
    }
}
