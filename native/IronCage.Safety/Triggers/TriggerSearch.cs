using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IronCage.Safety.Text;

namespace IronCage.Safety.Triggers;

/// <summary>Walks the triggers of a text in ascending order, 64 bytes at a time.</summary>
internal ref struct TriggerSearch
{
    /// <summary>How many bytes from a place on decide whether it has a trigger.</summary>
    public const int Reach = 24;

    private readonly ReadOnlySpan<byte> text;
    private readonly bool final;
    private readonly Trigger wanted;
    private readonly ByteSet? ownStarts;
    private TriggerBlock block;
    private TriggerBlock certain;
    private ByteMasks ahead;
    private ulong left;
    private int origin;
    private bool isTail;

    public TriggerSearch(in TextWindow window, int from, Trigger wanted, ByteSet? ownStarts = null)
    {
        text = window.Bytes;
        final = window.Final;
        this.wanted = wanted;
        this.ownStarts = ownStarts;
        origin = from - ByteMasks.Width;
        Stop = text.Length;
        if (from < text.Length)
            ahead = Masks(from, out isTail);
    }

    /// <summary>The first place of which the text at hand does not say whether it has a trigger; the text's end if there is none.</summary>
    public int Stop { get; private set; }

    /// <summary>Moves to the next place with a trigger.</summary>
    /// <returns>False when there is none before <see cref="Stop"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next(out int place, out Trigger triggers)
    {
        while (left == 0)
        {
            if (!Fill())
            {
                (place, triggers) = (Stop, Trigger.None);
                return false;
            }
        }

        int bit = BitOperations.TrailingZeroCount(left);
        left &= left - 1;
        place = origin + bit;
        triggers = block.At(bit) & wanted;
        if (isTail && !final && triggers != (certain.At(bit) & wanted))
        {
            Stop = place;
            left = 0;
            origin = text.Length;
            return false;
        }

        return true;
    }

    private bool Fill()
    {
        origin += ByteMasks.Width;
        if (origin >= text.Length)
            return false;
        ByteMasks here = ahead;
        byte before = origin == 0 ? (byte)0 : text[origin - 1];
        bool open = isTail;
        ahead = Masks(origin + ByteMasks.Width, out bool nextIsTail);
        isTail = open || nextIsTail;
        block.Find(here, ahead, before, wanted);
        ulong own = ownStarts is null ? 0 : ownStarts.Find(text, origin);
        block.AddOwn(own);
        left = block.Any;
        int known = text.Length - origin;
        if (known < ByteMasks.Width)
            left &= (1UL << known) - 1;
        if (isTail && !final && left != 0)
        {
            ByteMasks plain = ByteMasks.ReadTail(text.Slice(origin, Math.Min(known, ByteMasks.Width)), wild: false);
            ReadOnlySpan<byte> rest = known > ByteMasks.Width ? text[(origin + ByteMasks.Width)..] : [];
            certain.Find(plain, ByteMasks.ReadTail(rest, wild: false), before, wanted);
            certain.AddOwn(own);
        }

        return true;
    }

    private readonly ByteMasks Masks(int from, out bool tail)
    {
        if (from + ByteMasks.Width <= text.Length)
        {
            tail = false;
            return ByteMasks.Read(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), from));
        }

        tail = true;
        return ByteMasks.ReadTail(from < text.Length ? text[from..] : [], wild: !final);
    }
}
