using System.Buffers;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers;

/// <summary>The recognisers for some kinds, and the one search for all their anchors. Immutable.</summary>
internal sealed class RecogniserSet
{
    private readonly Recogniser[] all;
    private readonly Recogniser[][] byAnchor = new Recogniser[128][];
    private readonly SearchValues<byte> anchors;

    public RecogniserSet(ReadOnlySpan<PiiKind> kinds)
    {
        var wanted = new bool[PiiKinds.All.Length];
        foreach (PiiKind kind in kinds)
        {
            ArgumentNullException.ThrowIfNull(kind);
            wanted[kind.Index] = true;
        }

        all = [.. Build(wanted)];
        Span<byte> used = stackalloc byte[128];
        int count = 0;
        for (int b = 0; b < byAnchor.Length; b++)
        {
            byte anchor = (byte)b;
            byAnchor[b] = [.. all.Where(recogniser => recogniser.Anchors.Contains(anchor))];
            if (byAnchor[b].Length > 0)
                used[count++] = anchor;
        }

        anchors = SearchValues.Create(used[..count]);
    }

    /// <summary>Asks the recognisers at every anchor from <paramref name="from"/> on.</summary>
    /// <returns>The first anchor that needs more text, or the window's end.</returns>
    public int Examine(in TextWindow window, int from, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int at = from;
        while (at < text.Length)
        {
            int hop = text[at..].IndexOfAny(anchors);
            if (hop < 0)
                return text.Length;
            at += hop;
            byte anchor = text[at];
            if (ByteClass.IsDigit(anchor) && at > 0 && ByteClass.IsDigit(text[at - 1]))
            {
                int rest = text[at..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
                at = rest < 0 ? text.Length : at + rest;
                continue;
            }

            int mark = candidates.Count;
            foreach (Recogniser recogniser in byAnchor[anchor])
            {
                if (recogniser.Examine(window, at, candidates) == MatchState.NeedMore)
                {
                    candidates.RemoveRange(mark, candidates.Count - mark);
                    return at;
                }
            }

            at++;
        }

        return at;
    }

    /// <summary>The earliest place where a candidate may begin whose anchor is <paramref name="from"/> or later.</summary>
    public int HoldFrom(in TextWindow window, int from)
    {
        int hold = from;
        foreach (Recogniser recogniser in all)
            hold = Math.Min(hold, recogniser.HoldFrom(window, from));
        return hold;
    }

    private static IEnumerable<Recogniser> Build(bool[] wanted)
    {
        if (wanted[PiiKinds.EmailAddress.Index])
            yield return new EmailRecogniser();
        if (wanted[PiiKinds.CreditCard.Index])
            yield return new PaymentCardRecogniser();
        if (wanted[PiiKinds.UsSsn.Index])
            yield return new SsnRecogniser();
        if (wanted[PiiKinds.PhoneNumber.Index])
            yield return new PhoneRecogniser();
        if (wanted[PiiKinds.IbanCode.Index])
            yield return new IbanRecogniser();
        if (wanted[PiiKinds.IpAddress.Index])
        {
            yield return new IPv4Recogniser();
            yield return new IPv6Recogniser();
        }

        VendorToken[] tokens = [.. VendorToken.All.Where(token => wanted[token.Kind.Index])];
        if (tokens.Length > 0)
            yield return new VendorTokenRecogniser(tokens);
        bool aws = wanted[PiiKinds.AwsSecretKey.Index];
        bool azure = wanted[PiiKinds.AzureKey.Index];
        if (aws || azure)
            yield return new KeyedSecretRecogniser(aws, azure);
        if (wanted[PiiKinds.PrivateKey.Index])
            yield return new PrivateKeyRecogniser();
    }
}
