using System.Buffers;
using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// Private keys in PEM and PGP armour, with real or escaped line breaks, quoted or indented. A key whose end is missing counts up to where it stops
/// looking like one, at most 64 KB: most of a secret is still a secret. What proves it is handed out at once, whatever follows.
/// </summary>
/// <remarks>The head alone proves nothing (documents name it): a run of 32 base64 characters must begin within 256 bytes after it.</remarks>
internal sealed class PrivateKeyRecogniser : Recogniser
{
    private const float Score = 1;
    private const int LongestLabel = 40;
    private const int ProofWithin = 256;
    private const int ProofLength = 32;
    private const string Common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n\\\"':,->|";

    private static readonly ArmourTail Pem = new(Common);
    private static readonly ArmourTail Pgp = new(Common + ".()<@_");

    public override Trigger Triggers => Trigger.Dashes;

    internal static ReadOnlySpan<byte> Dashes => "-----"u8;

    /// <summary>The anchor is the last dash before BEGIN, so that a long rule of dashes costs one look per dash.</summary>
    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = anchor - 4;
        if (start < 0 || (anchor + 1 < text.Length && text[anchor + 1] != 'B') || !text[start..].StartsWith(Dashes))
            return MatchState.NoMatch;

        MatchState head = Marker(window, anchor + 1, "BEGIN "u8, out int body, out bool pgp);
        if (head != MatchState.Match)
            return head;
        ArmourTail tail = pgp ? Pgp : Pem;
        MatchState proof = Proof(window, body, tail.Alphabet, out int end);
        if (proof != MatchState.Match)
            return proof;

        // The dashes belong to the end of another key; both are found.
        if (start > 0 && text[start - 1] is (byte)'Y' or (byte)'K' && (text[..start].EndsWith("PRIVATE KEY"u8) || text[..start].EndsWith("PRIVATE KEY BLOCK"u8)))
            start = anchor + 1;
        Add(candidates, window, SecretKinds.PrivateKey, start, end, Score, Evidence.Pattern, tail);
        return proof;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (from < text.Length && text[from] != '-')
            return from;
        int start = from;
        while (start > 0 && from - start < 4 && text[start - 1] == '-')
            start--;
        return start;
    }

    /// <summary>Reads <c>BEGIN RSA PRIVATE KEY-----</c> or its END.</summary>
    internal static MatchState Marker(in TextWindow window, int from, ReadOnlySpan<byte> word, out int end, out bool pgp)
    {
        ReadOnlySpan<byte> rest = window.Bytes[from..];
        end = 0;
        pgp = false;
        int known = Math.Min(rest.Length, word.Length);
        if (!rest[..known].SequenceEqual(word[..known]))
            return MatchState.NoMatch;
        int i = known;
        while (i < rest.Length && i <= LongestLabel && (ByteClass.IsUpper(rest[i]) || ByteClass.IsDigit(rest[i]) || rest[i] == ' '))
            i++;
        ReadOnlySpan<byte> label = rest[known..Math.Max(i, known)];
        int tail = Math.Min(Dashes.Length, rest.Length - i);
        if (i > LongestLabel || !rest.Slice(i, tail).SequenceEqual(Dashes[..tail]))
            return MatchState.NoMatch;
        if (tail < Dashes.Length)
            return window.Final ? MatchState.NoMatch : MatchState.NeedMore;
        if (!label.EndsWith("PRIVATE KEY"u8) && !label.EndsWith("PRIVATE KEY BLOCK"u8))
            return MatchState.NoMatch;
        pgp = label.StartsWith("PGP"u8);
        end = from + i + Dashes.Length;
        return MatchState.Match;
    }

    private static MatchState Proof(in TextWindow window, int body, SearchValues<byte> alphabet, out int end)
    {
        end = body;
        ReadOnlySpan<byte> rest = window.Bytes[body..];
        rest = rest[..Math.Min(rest.Length, ProofWithin + ProofLength)];
        int run = 0;
        for (int i = 0; i < rest.Length; i++)
        {
            run = ByteClass.IsBase64(rest[i]) ? run + 1 : 0;
            if (run == ProofLength)
            {
                end = body + i + 1;
                return MatchState.Match;
            }

            if (!alphabet.Contains(rest[i]) || rest[i..].StartsWith(Dashes))
                return MatchState.NoMatch;
        }

        return window.Final || rest.Length == ProofWithin + ProofLength ? MatchState.NoMatch : MatchState.NeedMore;
    }
}
