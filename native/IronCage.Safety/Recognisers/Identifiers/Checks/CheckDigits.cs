namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>Check digits that issuers of several countries use. Values are ASCII; those that take digits are given digits alone.</summary>
internal static class CheckDigits
{
    /// <summary>ISO 7064 and UCC call it Dihedral group D5: products, and the permutation of each place.</summary>
    private static ReadOnlySpan<byte> Dihedral => "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"u8;

    private static ReadOnlySpan<byte> Permutations => "01234567891576283094580379614289160435279453126870428657390127938064157046913258"u8;

    /// <summary>For identifiers without a check digit, in which every value of the shape can have been issued.</summary>
    public static bool None(ReadOnlySpan<byte> text) => true;

    public static int Digit(byte b) => b - '0';

    /// <summary>0 to 9 for digits, 10 to 35 for letters.</summary>
    public static int Base36(byte b) => b <= '9' ? b - '0' : b - 'A' + 10;

    /// <summary>The number that the digits are.</summary>
    public static long Number(ReadOnlySpan<byte> digits)
    {
        long number = 0;
        foreach (byte b in digits)
            number = (number * 10) + Digit(b);
        return number;
    }

    /// <summary>The sum of the digits, each times its weight; as many as there are weights.</summary>
    public static int Sum(ReadOnlySpan<byte> digits, ReadOnlySpan<byte> weights)
    {
        int sum = 0;
        for (int i = 0; i < weights.Length; i++)
            sum += Digit(digits[i]) * weights[i];
        return sum;
    }

    /// <summary>The sum of the digits times 1 and 2 by turns from the right, with the digits of each product added.</summary>
    public static int LuhnSum(ReadOnlySpan<byte> digits)
    {
        int sum = 0;
        bool twice = false;
        for (int i = digits.Length - 1; i >= 0; i--, twice = !twice)
        {
            int value = Digit(digits[i]) << (twice ? 1 : 0);
            sum += value > 9 ? value - 9 : value;
        }

        return sum;
    }

    public static bool Luhn(ReadOnlySpan<byte> digits) => LuhnSum(digits) % 10 == 0;

    /// <summary>ISO 7064 MOD 11,10.</summary>
    public static bool Mod11And10(ReadOnlySpan<byte> digits)
    {
        int product = 10;
        foreach (byte b in digits[..^1])
        {
            int sum = (Digit(b) + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (product + Digit(digits[^1])) % 10 == 1;
    }

    /// <summary>ISO 7064 MOD 97-10 of digits and letters: the remainder of the number that they are in base 36 places.</summary>
    public static int Mod97(ReadOnlySpan<byte> text)
    {
        int remainder = 0;
        foreach (byte b in text)
        {
            int value = Base36(b);
            remainder = ((remainder * (value < 10 ? 10 : 100)) + value) % 97;
        }

        return remainder;
    }

    public static bool Verhoeff(ReadOnlySpan<byte> digits)
    {
        int check = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = Permutations[(i % 8 * 10) + Digit(digits[^(i + 1)])] - '0';
            check = Dihedral[(check * 10) + digit] - '0';
        }

        return check == 0;
    }

    /// <summary>The last digit of machine-readable travel documents (ICAO 9303): weights 7, 3, 1 by turns, letters from 10.</summary>
    public static bool TravelDocument(ReadOnlySpan<byte> text)
    {
        int sum = 0;
        for (int i = 0; i < text.Length - 1; i++)
            sum += Base36(text[i]) * (i % 3) switch { 0 => 7, 1 => 3, _ => 1 };
        return sum % 10 == Digit(text[^1]);
    }

    /// <summary>Remainder 0 to 10 of a weighted sum by 11, with 10 standing for 0.</summary>
    public static int Mod11Or0(int sum) => sum % 11 % 10;
}
