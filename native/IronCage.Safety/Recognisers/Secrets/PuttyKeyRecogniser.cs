using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// Private keys in PuTTY's format: from <c>PuTTY-User-Key-File-3:</c> to the digest behind <c>Private-MAC:</c>, or as far as the key material goes where that is missing.
/// </summary>
internal sealed class PuttyKeyRecogniser : Recogniser
{
    private const float Score = 1;
    private const int EncryptionWithin = 128;
    private const int ProofWithin = 384;
    private const int ProofLength = 32;

    public override Trigger Triggers => Trigger.Token;

    private static ReadOnlySpan<byte> Opening => "PuTTY-User-Key-File-"u8;

    public override bool MayTakeWord(byte first, byte second, bool isShort) => first == Opening[0] && second == Opening[1];

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + ProofWithin)];
        int known = Math.Min(rest.Length, Opening.Length);
        if (!rest[..known].SequenceEqual(Opening[..known]) || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;
        MatchState proof = Proof(window, rest, out int length);
        if (proof == MatchState.Match)
            Add(candidates, window, SecretKinds.PrivateKey, start, start + length, Score, Evidence.Pattern, PuttyTail.Instance);
        return proof;
    }

    /// <summary>Its first lines prove it, and the beginning of its public part.</summary>
    private static MatchState Proof(in TextWindow window, ReadOnlySpan<byte> head, out int length)
    {
        length = 0;
        if (head.Length > Opening.Length && !ByteClass.IsDigit(head[Opening.Length]))
            return MatchState.NoMatch;
        if (head[..Math.Min(head.Length, EncryptionWithin)].IndexOf("Encryption: "u8) < 0)
            return head.Length >= EncryptionWithin ? MatchState.NoMatch : window.AtEnd;
        int lines = head.IndexOf("Public-Lines: "u8);
        int run = 0;
        for (length = Math.Max(lines, 0); lines >= 0 && length < head.Length; length++)
        {
            run = ByteClass.IsBase64(head[length]) ? run + 1 : 0;
            if (run == ProofLength)
            {
                length++;
                return MatchState.Match;
            }
        }

        return head.Length == ProofWithin ? MatchState.NoMatch : window.AtEnd;
    }
}
