using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IronCage.Cost;

/// <summary>
/// The class of every character, by the Unicode data of .NET (16.0 in .NET 10; the reference counts with those of its own build, so a letter that one of them does not
/// know yet may be split otherwise). Made once, in under a millisecond.
/// </summary>
internal sealed class CharacterClasses
{
    // The planes of everything but rare ideographs.
    private const int Tabled = 0x20000;

    private readonly byte[] firstPlanes = new byte[Tabled];

    public CharacterClasses()
    {
        for (var c = 0; c < firstPlanes.Length; c++)
            firstPlanes[c] = (byte)ClassOf(c);
    }

    /// <summary>The class of the character at <paramref name="at"/>, in valid UTF-8, and how many bytes it has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe CharacterClass Of(byte* at, out int length)
    {
        int lead = *at;
        if (lead < 0x80)
        {
            length = 1;
            return InTable(lead);
        }
        if (lead >= 0xF0)
        {
            length = 4;
            var character = (lead & 0x07) << 18 | (at[1] & 0x3F) << 12 | (at[2] & 0x3F) << 6 | at[3] & 0x3F;
            return character < Tabled ? InTable(character) : ClassOf(character);
        }
        if (lead >= 0xE0)
        {
            length = 3;
            return InTable((lead & 0x0F) << 12 | (at[1] & 0x3F) << 6 | at[2] & 0x3F);
        }
        length = 2;
        return InTable((lead & 0x1F) << 6 | at[1] & 0x3F);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CharacterClass InTable(int character) =>
        (CharacterClass)Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(firstPlanes), character);

    private static CharacterClass ClassOf(int character)
    {
        if (character is '\r' or '\n')
            return CharacterClass.Newline | CharacterClass.Space;
        // As \s is defined; the categories have the white space of ASCII among the controls.
        if (character < 0x10000 && char.IsWhiteSpace((char)character))
            return CharacterClass.Space;
        return CharUnicodeInfo.GetUnicodeCategory(character) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => CharacterClass.Upper,
            UnicodeCategory.LowercaseLetter => CharacterClass.Lower,
            UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter => CharacterClass.Letter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => CharacterClass.Mark,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            _ => CharacterClass.Other,
        };
    }
}
