using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Crypto;

/// <summary>Addresses of Ethereum and of chains like it: forty hexadecimal digits behind <c>0x</c>.</summary>
internal static class EthereumAddress
{
    public const int Digits = 40;

    /// <summary>Whether the letters are of both cases, so that the checksum of EIP-55 is in them.</summary>
    public static bool IsMixed(ReadOnlySpan<byte> digits) =>
        digits.ContainsAnyInRange((byte)'A', (byte)'F') && digits.ContainsAnyInRange((byte)'a', (byte)'f');

    /// <summary>Whether each letter has the case that EIP-55 gives it.</summary>
    public static bool IsChecked(ReadOnlySpan<byte> digits)
    {
        Span<byte> lower = stackalloc byte[Digits];
        for (int i = 0; i < Digits; i++)
            lower[i] = (byte)(ByteClass.IsLetter(digits[i]) ? digits[i] | 0x20 : digits[i]);
        Span<byte> digest = stackalloc byte[Keccak256.Length];
        Keccak256.Hash(lower, digest);
        for (int i = 0; i < Digits; i++)
        {
            bool upper = (digest[i / 2] >> (i % 2 == 0 ? 7 : 3) & 1) != 0;
            if (ByteClass.IsLetter(digits[i]) && ByteClass.IsUpper(digits[i]) != upper)
                return false;
        }

        return true;
    }
}
