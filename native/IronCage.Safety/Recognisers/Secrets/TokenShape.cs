using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>A <see cref="TokenRow"/> made ready: where its trigger stands in it, and by what it is looked up there.</summary>
internal sealed class TokenShape
{
    /// <summary>How many bytes of <see cref="ShapeNotation"/>'s run from the place on make a <see cref="Triggers.Trigger.Token"/>.</summary>
    private const int TriggerLength = 14;

    private static readonly AsciiSet RunBytes = ShapeNotation.UrlSafe | AsciiSet.Of("+/=:.");

    private const int MostDistinct = 9;

    private static readonly UInt128 Capitals = (UInt128)0x3FFFFFF << 'A';
    private static readonly UInt128 Smalls = (UInt128)0x3FFFFFF << 'a';

    /// <summary>Fixed bytes that, with <see cref="Proof"/> bytes of the right sets, prove a token whose end is not at hand.</summary>
    private const int ProvingBytes = 4;

    private readonly TokenSegment[] segments;
    private readonly RunTail?[] tails;
    private readonly int anchor;
    private readonly int fewestDistinct;
    private readonly bool needsDigit;
    private readonly bool mixesCases;
    private readonly byte[][] spelled;

    private TokenShape(PiiKind kind, TokenRow row, TokenSegment[] segments)
    {
        Kind = kind;
        Context = row.Context;
        Checksum = row.Checksum;
        spelled = row.Spelled is null ? [] : [System.Text.Encoding.ASCII.GetBytes(row.Spelled)];
        this.segments = segments;
        tails = [.. segments.Select((_, i) => TailOf(segments, i))];
        (anchor, HeadLength, IsTriggered) = Anchor(segments);
        IsTriggered = IsTriggered && (Beginning.Length >= 2 || HeadLength > 0 || LeadsWith(ShapeNotation.UrlSafe) || LeadsWith(ShapeNotation.Base64) || LeadsWith(ShapeNotation.Dotted));
        Least = segments.Sum(segment => segment.Min);
        AsciiSet body = default;
        int free = 0;
        int fixedBytes = 0;
        foreach (TokenSegment segment in segments)
        {
            body |= segment.Set;
            free += segment.IsLiteral ? 0 : segment.Min;
            fixedBytes += segment.Literal.Length;
        }

        // Four tenths of what so many random bytes show, and no more than hexadecimal ones do; fewer is no key but a placeholder.
        fewestDistinct = Math.Min(MostDistinct, (int)(body.Count * (1 - Math.Pow(1 - (1.0 / body.Count), free)) * 0.4));
        needsDigit = fixedBytes <= 3 && free >= 16 && ShapeNotation.Digits.IsWithin(body);
        mixesCases = row.Context is not null && free >= 20 && ShapeNotation.Alnum.IsWithin(body);
        IsOneRun = Array.TrueForAll(segments, segment => segment.IsLiteral ? ShapeNotation.UrlSafe.HasAll(segment.Literal) : segment.Set.IsWithin(ShapeNotation.UrlSafe));
        IsUrl = segments[0].Literal.AsSpan().StartsWith("https://"u8);
        Score = row.Context is not null && fixedBytes < 2 ? 0.9f : (row.Context is null ? 0.98f : 0.99f) + (Math.Min(fixedBytes, 15) * 0.0005f) - (body.Count > 40 ? 0.0002f : 0);
    }

    /// <summary>After so many bytes a token is told, and goes on to the end of its run.</summary>
    public const int Proof = 256;

    public PiiKind Kind { get; }

    public ContextSet? Context { get; }

    public TokenChecksum Checksum { get; }

    /// <summary>The more of it is fixed, the higher, so that of two kinds that share a beginning the one that asks for more is told.</summary>
    public float Score { get; }

    /// <summary>How many bytes stand before the one at which the trigger is.</summary>
    public int HeadLength { get; }

    /// <summary>The fewest bytes there are of it.</summary>
    public int Least { get; }

    /// <summary>Whether a <see cref="Triggers.Trigger.Token"/> stands in it.</summary>
    public bool IsTriggered { get; }

    /// <summary>Whether it is the address of a web hook.</summary>
    public bool IsUrl { get; }

    /// <summary>The fixed bytes from the trigger on; none where bytes of a set stand there.</summary>
    public ReadOnlySpan<byte> Beginning => segments[anchor].Literal;

    /// <summary>The byte before the trigger.</summary>
    public byte Before => segments[anchor - 1].Literal[^1];

    public bool NeedsDigit => needsDigit;

    /// <summary>Whether the run from the trigger on is all of it.</summary>
    public bool IsOneRun { get; }

    /// <summary>Whether what must be said left of it is; true where nothing must be.</summary>
    public bool IsAnnounced(in TextWindow window, int start) =>
        Context is null || (window.HasContext(Context, start) && (spelled.Length == 0 || LeftContext.Has(LeftContext.Before(window.Bytes, start), spelled)));

    /// <summary>Whether its first bytes are these.</summary>
    public bool StartsWith(ReadOnlySpan<byte> head) => segments[0].Literal.AsSpan().StartsWith(head);

    /// <summary>The shapes of a row.</summary>
    public static IEnumerable<TokenShape> Of(TokenRow row)
    {
        if (!PiiKinds.TryGet(row.Kind, out PiiKind? kind))
            throw new ArgumentException($"{row.Kind} is no kind.", nameof(row));
        return ShapeNotation.Read(row.Shape).SelectMany(FixHead).Select(segments => new TokenShape(kind, row, segments));
    }

    /// <summary>The longest run of one set of bytes from the trigger on that the shape has.</summary>
    /// <param name="set">The set.</param>
    /// <param name="min">Fewest bytes of that run.</param>
    /// <param name="max">Most.</param>
    public void Lead(AsciiSet set, out int min, out int max)
    {
        (min, max) = (0, 0);
        for (int i = anchor; i < segments.Length; i++)
        {
            TokenSegment segment = segments[i];
            int inside = 0;
            while (inside < segment.Literal.Length && set.Has(segment.Literal[inside]))
                inside++;
            min += segment.IsLiteral ? inside : segment.Min;
            max += segment.IsLiteral ? inside : segment.Max;
            if (segment.IsLiteral ? inside < segment.Literal.Length : !segment.Set.IsWithin(set))
                return;
        }
    }

    /// <summary>The fixed byte behind the longest run of one set of bytes from the trigger on; 0 where the shape ends with the run.</summary>
    public byte Behind(AsciiSet set)
    {
        for (int i = anchor; i < segments.Length; i++)
        {
            foreach (byte b in segments[i].Literal)
            {
                if (!set.Has(b))
                    return b;
            }
        }

        return 0;
    }

    /// <summary>Whether all bytes of a run from the trigger on are of the set, until one that is fixed and is not.</summary>
    public bool LeadsWith(AsciiSet set)
    {
        for (int i = anchor; i < segments.Length; i++)
        {
            TokenSegment segment = segments[i];
            if (!segment.IsLiteral && !segment.Set.IsWithin(set))
                return false;
            if (segment.IsLiteral && !set.HasAll(segment.Literal))
                return i > anchor;
        }

        return true;
    }

    /// <summary>Whether one can have that byte at that place, as far as the beginning that is fixed tells.</summary>
    public bool MayHave(int place, byte value)
    {
        foreach (TokenSegment segment in segments)
        {
            if (!segment.IsLiteral)
                return place > 0 || segment.Set.Has(value);
            if (place < segment.Literal.Length)
                return segment.Literal[place] == value;
            place -= segment.Literal.Length;
        }

        return true;
    }

    /// <summary>Reads one from <paramref name="start"/> on.</summary>
    /// <param name="window">The text.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">Where it ends, or how far it was read.</param>
    /// <param name="tail">How it goes on behind <paramref name="end"/>; null where it does not.</param>
    public MatchState Match(in TextWindow window, int start, out int end, out FindingTail? tail)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        end = start;
        tail = null;
        for (int i = 0; i < segments.Length; i++)
        {
            TokenSegment segment = segments[i];
            if (segment.IsLiteral)
            {
                ReadOnlySpan<byte> rest = text[end..];
                int known = Math.Min(rest.Length, segment.Literal.Length);
                if (!rest[..known].SequenceEqual(segment.Literal.AsSpan(0, known)))
                    return MatchState.NoMatch;
                if (known < segment.Literal.Length)
                    return window.AtEnd;
                end += known;
                continue;
            }

            bool isLast = i == segments.Length - 1;
            int most = tails[i] is null ? int.MaxValue : Math.Max(start + Proof, end + segment.Min);
            int limit = Math.Min(Math.Min(text.Length, most), end + segment.Max + (isLast ? 1 : 0));
            int at = segment.Set.End(text, end, limit);
            if (at == most && at - end >= segment.Min)
            {
                end = at;
                while (text[end - 1] == '.')
                    end--;
                tail = tails[i];
                return MatchState.Match;
            }

            if (at == text.Length && !window.Final && at - end <= segment.Max && (isLast || at - end < segment.Max))
                return MatchState.NeedMore;
            if (at - end < segment.Min || at - end > segment.Max)
                return MatchState.NoMatch;
            end = at;
        }

        // Before something was replaced, the full stops at the end may have stood inside.
        if (text[end - 1] == '.' && Edge.RightOfForm(window, end) is var edge && edge != MatchState.Match)
            return edge;
        TokenSegment last = segments[^1];
        int least = end - (last.IsLiteral ? 0 : segments[^1].Max);
        while (!last.IsLiteral && text[end - 1] == '.' && end > least && end - start > Least)
            end--;
        return MatchState.Match;
    }

    /// <summary>Whether the bytes that are not fixed look made by chance.</summary>
    public bool IsPlausible(ReadOnlySpan<byte> token)
    {
        UInt128 seen = 0;
        bool hasDigit = false;
        int at = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            int length = i == segments.Length - 1 ? token.Length - at : Math.Min(Length(token[at..], segments[i]), token.Length - at);
            if (!segments[i].IsLiteral)
            {
                foreach (byte b in token.Slice(at, length))
                {
                    seen |= UInt128.One << (b & 127);
                    hasDigit |= ByteClass.IsDigit(b);
                }
            }

            at += length;
            if (at == token.Length)
                break;
        }

        // A digest shows one case only, so it is none of a set with both.
        bool isMixed = (seen & Capitals) != 0 && (seen & Smalls) != 0;
        return (int)UInt128.PopCount(seen) >= fewestDistinct && (isMixed || !mixesCases) && (hasDigit || !needsDigit) && !Placeholder.IsToken(token[(segments[0].IsLiteral ? segments[0].Min : 0)..]);
    }

    private static int Length(ReadOnlySpan<byte> rest, TokenSegment segment)
    {
        if (segment.IsFixed)
            return segment.Min;
        int length = 0;
        while (length < segment.Max && length < rest.Length && segment.Set.Has(rest[length]))
            length++;
        return length;
    }

    /// <summary>How a token goes on that reaches <see cref="Proof"/> in a segment; null where it cannot, or would not be proven there.</summary>
    private static RunTail? TailOf(TokenSegment[] segments, int segment)
    {
        if (segments[segment].IsLiteral || segments[..(segment + 1)].Sum(part => part.Max) < Proof)
            return null;
        byte[] before = [.. segments[..segment].SelectMany(part => part.Literal)];
        if (before.Length < ProvingBytes && ShapeNotation.Base64.HasAll(before))
            return null;
        AsciiSet set = default;
        foreach (TokenSegment part in segments[segment..])
            set |= part.Set | AsciiSet.Of(System.Text.Encoding.ASCII.GetString(part.Literal));
        return new RunTail(set);
    }

    /// <summary>Segments of which those before the trigger have one length each.</summary>
    private static IEnumerable<TokenSegment[]> FixHead(TokenSegment[] segments)
    {
        int open = Array.FindIndex(segments, segment => !segment.IsFixed);
        if (open < 0 || Anchor(segments).Segment <= open)
            return [segments];
        return Enumerable.Range(segments[open].Min, segments[open].Max - segments[open].Min + 1).SelectMany(
            length => FixHead([.. segments[..open], segments[open] with { Min = length, Max = length }, .. segments[(open + 1)..]]));
    }

    /// <summary>The segment at which the trigger stands, and how many bytes there are before it. A literal is split there by <see cref="ShapeNotation"/>.</summary>
    private static (int Segment, int Head, bool IsTriggered) Anchor(TokenSegment[] segments)
    {
        int anchor = 0;
        int head = 0;
        int run = 0;
        int before = 0;
        for (int i = 0; i < segments.Length && run < TriggerLength; i++)
        {
            before += segments[i].Min;
            run += segments[i].Min;
            if (segments[i].IsLiteral && !RunBytes.Has(segments[i].Literal[^1]))
                (anchor, head, run) = (i + 1, before, 0);
        }

        return (Math.Min(anchor, segments.Length - 1), anchor < segments.Length ? head : 0, run >= TriggerLength && anchor < segments.Length);
    }
}
