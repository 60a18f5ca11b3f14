using System.Runtime.CompilerServices;
using IronCage.Safety.Text;

namespace IronCage.Safety.Triggers;

/// <summary>The triggers of words of three and four signs: roughly by masks, exactly at the few places that are left.</summary>
internal static class WordTriggers
{
    public const Trigger All = Trigger.Spelt | Trigger.Fours;

    /// <summary>The bytes that decide <see cref="Trigger.Fours"/>: four groups, the spaces between them, and what follows.</summary>
    private const int FoursReach = 20;

    private const int Groups = 4;

    /// <summary>The places that may have one of them.</summary>
    /// <param name="here">The 64 places.</param>
    /// <param name="next">The 64 bytes after them.</param>
    /// <param name="before">What stands before the first place.</param>
    /// <param name="bytes">The 64 places themselves, or as many as there are.</param>
    /// <param name="known">How many bytes are at hand from the first place on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Find(in ByteMasks here, in ByteMasks next, byte before, ReadOnlySpan<byte> bytes, int known)
    {
        ulong word = here.Letter | here.Digit;
        ulong wordNext = next.Letter | next.Digit;
        ulong three = word & ~((word << 1) | (ByteClass.IsAlnum(before) ? 1UL : 0)) & Ahead(word, wordNext, 1) & Ahead(word, wordNext, 2);
        if (three == 0)
            return 0;

        // What is not at hand counts as letters; how long a word is that reaches there is not known.
        if (known < ByteMasks.Width + FoursReach)
            return three & (known > FoursReach ? ulong.MaxValue << (known - FoursReach) : ulong.MaxValue) | Exact(three, word, wordNext, bytes);
        return Exact(three, word, wordNext, bytes);
    }

    /// <summary>Adds the triggers of a place that <see cref="Find"/> gave.</summary>
    /// <returns>False when the text at hand does not tell.</returns>
    public static bool Read(ReadOnlySpan<byte> text, int place, bool final, ref Trigger triggers)
    {
        ReadOnlySpan<byte> rest = text[place..Math.Min(text.Length, place + FoursReach)];
        if ((rest[0] | 0x20) == 'd' && place > 0 && text[place - 1] == ' ')
        {
            int known = Math.Min(rest.Length, "dot ".Length);
            if (System.Text.Ascii.EqualsIgnoreCase(rest[..known], "dot "u8[..known]))
            {
                if (known < "dot ".Length)
                    return final;
                triggers |= Trigger.Spelt;
                return true;
            }
        }

        if (place > 0 && ByteClass.IsAlnum(text[place - 1]))
            return true;
        for (int i = 0; i < rest.Length; i++)
        {
            bool isGap = i % (Groups + 1) == Groups;
            if (isGap ? (i == FoursReach - 1 ? ByteClass.IsAlnum(rest[i]) : rest[i] != ' ') : !ByteClass.IsAlnum(rest[i]))
                return true;
        }

        if (rest.Length < FoursReach - 1 || (rest.Length < FoursReach && !final))
            return final;
        triggers |= Trigger.Fours;
        return true;
    }

    /// <summary>Words of three that begin with a d, and the first of four groups of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Exact(ulong three, ulong word, ulong wordNext, ReadOnlySpan<byte> bytes)
    {
        ulong fourth = Ahead(word, wordNext, 3);
        ulong four = three & fourth & ~Ahead(word, wordNext, 4);
        if (four != 0)
        {
            // The groups behind the first are told by the ends of words: at 5, 10 and 15 one begins, at 9, 14 and 19 none goes on.
            four &= Ahead(word, wordNext, 5) & Ahead(word, wordNext, 8) & ~Ahead(word, wordNext, 9) & Ahead(word, wordNext, 10) & Ahead(word, wordNext, 13) & ~Ahead(word, wordNext, 14)
                & Ahead(word, wordNext, 15) & Ahead(word, wordNext, 18) & ~Ahead(word, wordNext, 19);
        }

        ulong dot = three & ~fourth;
        return dot == 0 ? four : four | (dot & ByteMasks.Letters(bytes, (byte)'d'));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Ahead(ulong here, ulong next, int by) => (here >> by) | (next << (64 - by));
}
