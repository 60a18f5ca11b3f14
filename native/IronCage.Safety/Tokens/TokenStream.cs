using IronCage.Safety.Text;

namespace IronCage.Safety.Tokens;

/// <summary>
/// Finds tokens in a text that arrives in pieces, however it is cut; hashes have the same form and are found, too. At most 200 bytes are held back. One thread at a time.
/// </summary>
/// <param name="isJson">Whether the text is JSON itself, whose backslashes are its own escapes; elsewhere those before brackets and underscores may be Markdown's.</param>
public sealed class TokenStream(bool isJson)
{
    private byte[] held = [];
    private int length;
    private long origin;

    /// <summary>Takes the next piece and appends the tokens that became certain, ascending.</summary>
    /// <param name="piece">The bytes that follow what came before.</param>
    /// <param name="final">Whether the text ends with this piece.</param>
    /// <param name="tokens">Receives the tokens.</param>
    /// <returns>How many bytes of the text are decided: no later token begins before that offset.</returns>
    public long Push(ReadOnlySpan<byte> piece, bool final, List<FoundToken> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (length == 0)
        {
            int kept = Examine(piece, final, tokens);
            Keep(piece[kept..]);
            return origin += kept;
        }

        Keep(piece);
        int decided = Examine(held.AsSpan(0, length), final, tokens);
        held.AsSpan(decided, length - decided).CopyTo(held);
        length -= decided;
        return origin += decided;
    }

    /// <summary>Appends the tokens of a whole text, ascending.</summary>
    public static void Find(ReadOnlySpan<byte> text, bool isJson, List<FoundToken> tokens) => new TokenStream(isJson).Push(text, final: true, tokens);

    /// <summary>How many bytes are decided.</summary>
    private int Examine(ReadOnlySpan<byte> text, bool final, List<FoundToken> tokens)
    {
        int at = 0;
        while (at < text.Length && (at = TokenForm.IndexOf(text, at, isJson)) >= 0)
        {
            switch (TokenForm.Read(text[at..], final, isJson, out int size, out string name))
            {
                case MatchState.NeedMore:
                    return at;
                case MatchState.Match:
                    tokens.Add(new FoundToken(origin + at, origin + at + size, name));
                    at += size;
                    break;
                default:
                    at++;
                    break;
            }
        }

        return text.Length;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        int needed = length + bytes.Length;
        if (needed > held.Length)
            Array.Resize(ref held, Math.Max(needed, Math.Max(256, 2 * held.Length)));
        bytes.CopyTo(held.AsSpan(length));
        length = needed;
    }
}
