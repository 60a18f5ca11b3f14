using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace IronCage.Cost;

/// <summary>
/// Counts tokens by the public tokenizers o200k_base and cl100k_base, exactly as OpenAI's tiktoken does (<c>encode_ordinary</c>), in time linear in the text and without
/// allocating. Thread-safe. A tokenizer's tables are loaded at its first use (some 25 ms and 10 MB for o200k_base, half of both for cl100k_base) and kept.
/// </summary>
public sealed class TokenCounter
{
    /// <summary>The tokenizer of gpt-4o and everything after it.</summary>
    public const string O200k = "o200k_base";

    /// <summary>The tokenizer of gpt-3.5, gpt-4 and the embeddings.</summary>
    public const string Cl100k = "cl100k_base";

    /// <summary>The tokenizer of gpt-oss: o200k_base with more special tokens, which ordinary text does not have.</summary>
    public const string O200kHarmony = "o200k_harmony";

    /// <summary>More special tokens than any of them has behind its vocabulary (o200k_harmony: 1,091).</summary>
    private const int MostSpecial = 2048;

    // Never changed once they are made, and the same for all counters of the process.
    private static readonly Lazy<CharacterClasses> SharedClasses = new();
    private static readonly Lazy<Vocabulary> SharedO200k = new(() => Vocabulary.Load(O200k));
    private static readonly Lazy<Vocabulary> SharedCl100k = new(() => Vocabulary.Load(Cl100k));

    private readonly Lazy<CharacterClasses> classes = new(() => SharedClasses.Value);
    private readonly Lazy<Vocabulary> o200k = new(() => SharedO200k.Value);
    private readonly Lazy<Vocabulary> cl100k = new(() => SharedCl100k.Value);

    /// <summary>Whether <paramref name="tokenizer"/> is one of the public ones.</summary>
    public static bool IsPublic(string? tokenizer) => tokenizer is O200k or Cl100k or O200kHarmony;

    /// <summary>Whether the tables are in memory, so that counting does not have to load them. False for unknown names.</summary>
    public bool IsLoaded(string tokenizer) => Find(tokenizer) is { IsValueCreated: true };

    /// <summary>Loads the tables now, from any thread; nothing when they are loaded or the name is unknown.</summary>
    public void Load(string tokenizer)
    {
        if (Find(tokenizer) is not { } lazy)
            return;
        _ = lazy.Value;
        _ = classes.Value;
    }

    /// <summary>
    /// Counts the tokens of a text. Text that looks like a special token ("&lt;|endoftext|&gt;") counts as the ordinary text it is.
    /// Invalid UTF-8 counts as U+FFFD, as JSON readers replace it; only for such a text memory is rented (up to three times its length).
    /// </summary>
    /// <param name="utf8">The text.</param>
    /// <param name="tokenizer"><see cref="O200k"/>, <see cref="Cl100k"/> or <see cref="O200kHarmony"/>.</param>
    /// <param name="tokens">The count; 0 when the answer is false.</param>
    /// <returns>False when the tokenizer is unknown.</returns>
    /// <exception cref="OverflowException">A text with invalid UTF-8 that has more than 2 GB when it is replaced.</exception>
    public bool TryCount(ReadOnlySpan<byte> utf8, string? tokenizer, out int tokens)
    {
        tokens = 0;
        if (Find(tokenizer) is not { } lazy)
            return false;
        if (utf8.IsEmpty)
            return true;
        if (Utf8.IsValid(utf8))
        {
            tokens = Count(utf8, lazy);
        }
        else
        {
            using var repaired = new RepairedText(utf8);
            tokens = Count(repaired.Text, lazy);
        }
        return true;
    }

    /// <summary>The text that tokens stand for. Special tokens stand for none.</summary>
    /// <param name="tokens">Token numbers.</param>
    /// <param name="tokenizer">As of <see cref="TryCount"/>.</param>
    /// <param name="text">Receives the text; of characters that the tokens cut, only the bytes that are there.</param>
    /// <returns>False when the tokenizer is unknown, or a number is none of its; what was written by then means nothing.</returns>
    public bool TryDecode(ReadOnlySpan<int> tokens, string? tokenizer, IBufferWriter<byte> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Find(tokenizer) is not { } lazy)
            return false;
        var vocabulary = lazy.Value;
        foreach (var token in tokens)
        {
            if (token < 0 || token >= vocabulary.Count + MostSpecial)
                return false;
            if (token < vocabulary.Count)
                vocabulary.Write((uint)token, text);
        }
        return true;
    }

    private Lazy<Vocabulary>? Find(string? tokenizer) => tokenizer switch
    {
        O200k or O200kHarmony => o200k,
        Cl100k => cl100k,
        _ => null,
    };

    private int Count(ReadOnlySpan<byte> text, Lazy<Vocabulary> vocabulary) => vocabulary == cl100k
        ? Count<Cl100kSplitter>(text, vocabulary.Value, classes.Value)
        : Count<O200kSplitter>(text, vocabulary.Value, classes.Value);

    [SkipLocalsInit]
    private static unsafe int Count<TSplitter>(ReadOnlySpan<byte> text, Vocabulary vocabulary, CharacterClasses classes)
        where TSplitter : struct, ISplitter
    {
        if (text.Length < CountedPieces.LeastText)
            return Count<TSplitter>(text, vocabulary, classes, default);
        Span<CountedPieces.Entry> entries = stackalloc CountedPieces.Entry[CountedPieces.Places];
        entries.Clear();
        return Count<TSplitter>(text, vocabulary, classes, new CountedPieces(entries));
    }

    private static unsafe int Count<TSplitter>(ReadOnlySpan<byte> text, Vocabulary vocabulary, CharacterClasses classes, CountedPieces counted)
        where TSplitter : struct, ISplitter
    {
        fixed (byte* start = text)
        {
            byte* end = start + text.Length, lastWord = end - 8;
            var tokens = 0;
            for (var at = start; at < end;)
            {
                var next = TSplitter.Next(at, end, classes);
                var length = (int)(next - at);
                tokens += vocabulary.Has(at, length, lastWord) ? 1 : counted.Count(at, length, end, vocabulary);
                at = next;
            }
            return tokens;
        }
    }
}
