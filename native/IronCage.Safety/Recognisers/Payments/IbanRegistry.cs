using System.Globalization;
using System.Runtime.Intrinsics;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Payments;

/// <summary>The countries of the SWIFT registry of IBAN formats, each with what its account part is made of: <c>n</c> digits, <c>a</c> letters, <c>c</c> either.</summary>
internal static class IbanRegistry
{
    public const int Longest = 34;
    private const int Head = 4;

    private const string Formats =
        "AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n CY8n16c CZ20n DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n "
        + "FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n GR7n16c GT24c HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c "
        + "LI5n12c LT16n LU3n13c LV4a13c LY21n MC10n11c2n MD20c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n OM3n16c PK4a16c PL24n PS4a21c PT21n QA4a21c "
        + "RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c SO19n ST21n SV4a20n TL19n TN20n TR6n16c UA6n19c VA18n VG4a16n XK16n YE4a4n18c";

    private static readonly byte[]?[] ByCountry = Read();
    private static readonly (uint Digits, uint Letters, uint All)[] Places = [.. ByCountry.Select(PlacesOf)];

    /// <summary>What each byte behind the two check digits is, by letters of ASCII; empty if the two letters are no country of the registry.</summary>
    public static ReadOnlySpan<byte> Account(byte first, byte second) =>
        ByteClass.IsLetter(first) && ByteClass.IsLetter(second) ? ByCountry[Country(first, second)] : [];

    /// <summary>Whether an account of a country stands at a place without separators; false also where not so much text follows that it can be read at once.</summary>
    public static bool IsTogether(ReadOnlySpan<byte> text, int start, byte first, byte second)
    {
        if (start + (2 * Vector128<byte>.Count) > text.Length)
            return false;
        var low = Vector128.LoadUnsafe(in text[start]);
        var high = Vector128.LoadUnsafe(in text[start], (nuint)Vector128<byte>.Count);
        uint digits = ByteClass.Digits(low) | (ByteClass.Digits(high) << Vector128<byte>.Count);
        uint letters = ByteClass.Letters(low) | (ByteClass.Letters(high) << Vector128<byte>.Count);
        ref readonly var places = ref Places[Country(first, second)];
        return (((digits & ~places.Letters) | (letters & ~places.Digits)) & places.All) == places.All;
    }

    /// <summary>Whether a byte may stand at a place that is described so.</summary>
    public static bool Fits(byte b, byte description) => description switch
    {
        (byte)'n' => ByteClass.IsDigit(b),
        (byte)'a' => ByteClass.IsLetter(b),
        _ => ByteClass.IsAlnum(b),
    };

    /// <summary>ISO 7064 MOD 97-10 of a whole number without separators.</summary>
    public static bool IsChecked(ReadOnlySpan<byte> value)
    {
        int check = ((value[2] - '0') * 10) + value[3] - '0';
        if (check is < 2 or > 98)
            return false;
        uint remainder = 0;
        foreach (byte b in value[Head..])
            remainder = Add(remainder, b);
        foreach (byte b in value[..Head])
            remainder = Add(remainder, b);
        return remainder % 97 == 1;
    }

    private static uint Add(uint remainder, byte b)
    {
        remainder = ByteClass.IsDigit(b) ? (remainder * 10) + b - '0' : (remainder * 100) + (uint)(b | 0x20) - 'a' + 10;
        return remainder < 10_000_000 ? remainder : remainder % 97;
    }

    private static int Country(byte first, byte second) => (((first | 0x20) - 'a') * 26) + (second | 0x20) - 'a';

    /// <summary>The places of an account, a bit for each: those of digits, those of letters, and all.</summary>
    private static (uint Digits, uint Letters, uint All) PlacesOf(byte[]? account)
    {
        uint digits = 0;
        uint letters = 0;
        int length = account?.Length ?? 0;
        for (int i = 0; i < length; i++)
        {
            digits |= account![i] == 'n' ? 1U << i : 0;
            letters |= account[i] == 'a' ? 1U << i : 0;
        }

        return (digits, letters, (uint)((1UL << length) - 1));
    }

    private static byte[]?[] Read()
    {
        var table = new byte[]?[26 * 26];
        foreach (string entry in Formats.Split(' '))
        {
            var account = new List<byte>();
            int count = 0;
            foreach (char c in entry.AsSpan(2))
            {
                if (char.IsAsciiDigit(c))
                {
                    count = (count * 10) + int.Parse(c.ToString(), CultureInfo.InvariantCulture);
                    continue;
                }

                account.AddRange(Enumerable.Repeat((byte)c, count));
                count = 0;
            }

            table[((entry[0] - 'A') * 26) + entry[1] - 'A'] = [.. account];
        }

        return table;
    }
}
