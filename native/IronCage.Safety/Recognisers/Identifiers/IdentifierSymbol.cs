using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>What <see cref="IdentifierAutomaton"/> reads: classes of bytes.</summary>
internal static class IdentifierSymbol
{
    public const int Other = 0;
    public const int Digit = 1;
    public const int Letter = 2;
    private const string Signs = " -./()+";

    /// <summary>How many there are, rounded up to a power of two.</summary>
    public const int Count = 16;

    /// <summary>By byte.</summary>
    public static readonly byte[] Of = Read();

    /// <summary>The symbols that a character of a form stands for, as bits.</summary>
    public static int Mask(char form) => form switch
    {
        '9' => 1 << Digit,
        'A' => 1 << Letter,
        'X' => 1 << Digit | 1 << Letter,
        _ when Signs.Contains(form, StringComparison.Ordinal) => 1 << Of[form],
        _ => throw new ArgumentException($"'{form}' is not of the notation of forms.", nameof(form)),
    };

    private static byte[] Read()
    {
        var symbols = new byte[256];
        for (int b = 0; b < symbols.Length; b++)
        {
            int sign = Signs.IndexOf((char)b, StringComparison.Ordinal);
            symbols[b] = (byte)(ByteClass.IsDigit((byte)b) ? Digit : ByteClass.IsLetter((byte)b) ? Letter : sign < 0 ? Other : Letter + 1 + sign);
        }

        return symbols;
    }
}
