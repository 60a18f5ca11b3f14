using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>International bank account numbers: country, the country's length, ISO 7064 MOD 97-10. Together or in fours by single spaces, in either case.</summary>
internal sealed class IbanRecogniser : Recogniser
{
    private const float Score = 0.97f;
    private const int Longest = 34;

    /// <summary>Country and length, by the SWIFT registry of IBAN formats.</summary>
    private const string Registry =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 "
        + "GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 "
        + "MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 "
        + "VA22 VG24 XK20 YE30";

    private static readonly byte[] Lengths = ReadRegistry();

    public override Trigger Triggers => Trigger.Number;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = anchor - 2;
        if (start < 0 || Length(text[start], text[start + 1]) is not (> 0 and var length) || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;

        Span<byte> value = stackalloc byte[Longest];
        text.Slice(start, 2).CopyTo(value);
        int count = 2;
        int i = anchor;
        bool grouped = false;
        while (count < length)
        {
            if (i < text.Length && text[i] == ' ' && count % 4 == 0 && (grouped || count == 4))
            {
                grouped = true;
                i++;
            }
            else if (grouped && count % 4 == 0)
            {
                // Every fourth character of a grouped number is followed by a space, and at the end of the text we do not know it yet.
                return i < text.Length || window.Final ? MatchState.NoMatch : MatchState.NeedMore;
            }

            if (i >= text.Length)
                return window.Final ? MatchState.NoMatch : MatchState.NeedMore;
            byte b = text[i];
            if (!ByteClass.IsAlnum(b) || (count < 4 && !ByteClass.IsDigit(b)))
                return MatchState.NoMatch;
            value[count++] = b;
            i++;
        }

        MatchState edge = Edge.Right(window, i, ""u8);
        if (edge != MatchState.Match)
            return edge;
        if (Remainder(value[..length]) != 1)
            return MatchState.NoMatch;
        Add(candidates, window, PersonalKinds.IbanCode, start, i, Score, Evidence.Pattern | Evidence.Checksum);
        return MatchState.Match;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        bool digit = from < text.Length && ByteClass.IsDigit(text[from]);
        bool letter = from == text.Length || ByteClass.IsLetter(text[from]);
        if ((digit || from == text.Length) && from >= 2 && Length(text[from - 2], text[from - 1]) > 0 && Edge.LeftFree(text, from - 2))
            return from - 2;
        return letter && from >= 1 && ByteClass.IsLetter(text[from - 1]) && Edge.LeftFree(text, from - 1) ? from - 1 : from;
    }

    private static byte[] ReadRegistry()
    {
        var lengths = new byte[26 * 26];
        foreach (string entry in Registry.Split(' '))
            lengths[((entry[0] - 'A') * 26) + entry[1] - 'A'] = byte.Parse(entry.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture);
        return lengths;
    }

    private static int Length(byte first, byte second) =>
        ByteClass.IsLetter(first) && ByteClass.IsLetter(second) ? Lengths[(((first | 0x20) - 'a') * 26) + (second | 0x20) - 'a'] : 0;

    private static int Remainder(ReadOnlySpan<byte> value)
    {
        int remainder = 0;
        for (int i = 0; i < value.Length; i++)
        {
            byte b = value[(i + 4) % value.Length];
            remainder = ByteClass.IsDigit(b) ? ((remainder * 10) + b - '0') % 97 : ((remainder * 100) + (b | 0x20) - 'a' + 10) % 97;
        }

        return remainder;
    }
}
