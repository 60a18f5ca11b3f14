using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace IronCage.Safety.Text.Folding;

/// <summary>Walks the places at which something that folds may begin, in ascending order, 64 bytes at a time.</summary>
internal ref struct FoldSearch
{
    private readonly ReadOnlySpan<byte> text;
    private readonly byte before;
    private ulong places;
    private int origin;
    private int next;

    /// <summary>Begins a search.</summary>
    /// <param name="text">What is searched.</param>
    /// <param name="before">The byte before it; 0 at the start of a text.</param>
    public FoldSearch(ReadOnlySpan<byte> text, byte before)
    {
        this.text = text;
        this.before = before;
    }

    /// <summary>Moves to the next place.</summary>
    public bool Next(out int place)
    {
        while (true)
        {
            while (places == 0)
            {
                if (next >= text.Length)
                {
                    place = text.Length;
                    return false;
                }

                Fill();
            }

            place = origin + BitOperations.TrailingZeroCount(places);
            places &= places - 1;
            if (IsPossible(text[place..]))
                return true;
        }
    }

    /// <summary>Leaves out every place before <paramref name="place"/>.</summary>
    public void SkipTo(int place)
    {
        if (place < next)
        {
            places &= ulong.MaxValue << (place - origin);
            return;
        }

        places = 0;
        next = place;
    }

    /// <summary>Whether what begins here may fold, by its first three bytes: the punctuation of ordinary text does not.</summary>
    public static bool IsPossible(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3)
            return text[0] >= 0xC2 || text[0] is (byte)'\\' or (byte)'%' or (byte)'&' or (byte)'=';
        byte second = text[1];
        byte third = text[2];
        return text[0] switch
        {
            0xE2 => second switch { 0x80 => third is <= 0x93 or (>= 0xA4 and <= 0xAF), 0x81 => third is 0x83 or >= 0x9F, 0x88 => third == 0x92, _ => second is 0x82 or 0x83 or 0x92 or 0x93 },
            0xE3 => second == 0x80 && (third == 0x80 || (third == 0x82 && (text.Length == 3 || text[3] is not ((>= 0xE3 and <= 0xE9) or (>= 0xEB and <= 0xED))))),
            0xEF => second switch { 0xBC => third is 0x8B or 0x8D or 0x8E or 0x8F or >= 0x90, 0xBD => third <= 0xA1, 0xBB => third == 0xBF, _ => second is 0xB8 or 0xB9 },
            0xE0 => third is (>= 0xA6 and <= 0xAF) or (>= 0x90 and <= 0x99) or (>= 0xA0 and <= 0xA9) && IsDigitBlock(second, third),
            0xF0 => second is not 0x9F || third == 0xAF,
            >= 0xCE and <= 0xD1 => LookAlikes.Of(text[0], second) != 0 && (third is < 0x80 or 0xC2 or 0xD9 or 0xDB or >= 0xE0 || text.Length == 3 || LookAlikes.Of(third, text[3]) != 0),
            0xD9 => second is >= 0xA0 and <= 0xA9,
            0xDB => second is >= 0xB0 and <= 0xB9,
            >= 0xC2 => true,
            (byte)'\\' or (byte)'%' or (byte)'&' or (byte)'=' => true,
            _ => false,
        };
    }

    /// <summary>The digits of scripts from Devanagari to Tibetan.</summary>
    private static bool IsDigitBlock(byte second, byte third) => second switch
    {
        0xB9 or 0xBB => third is >= 0x90 and <= 0x99,
        0xBC => third is >= 0xA0 and <= 0xA9,
        >= 0xA5 => (second & 1) != 0 && third >= 0xA6,
        _ => false,
    };

    private void Fill()
    {
        origin = next;
        next += FoldMasks.Width;
        if (origin > 0 && next < text.Length)
        {
            places = FoldMasks.Read(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), origin - 1));
            return;
        }

        places = FoldMasks.ReadTail(origin == 0 ? before : text[origin - 1], text[origin..]);
    }
}
