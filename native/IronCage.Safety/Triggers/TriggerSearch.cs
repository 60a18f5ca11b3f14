using System.Buffers;
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

    /// <summary>From one <see cref="Trigger.Block"/> to the next.</summary>
    public const int BlockWidth = 128;

    private const int BlockLead = 24;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=:."u8);

    /// <summary>The triggers that stand inside long runs of letters and digits.</summary>
    public const Trigger OfRuns = Trigger.Number | Trigger.Token | Trigger.Capitals;

    /// <summary>The triggers of what the user looks for.</summary>
    public const Trigger OfUser = Trigger.Word | Trigger.Own;

    /// <summary>The triggers that count also in what was found: those of the user, and that from which on the rest of a run is looked into.</summary>
    public const Trigger Always = OfUser | Trigger.Block;

    private readonly ReadOnlySpan<byte> text;
    private readonly bool final;
    private readonly Trigger wanted;
    private readonly ByteSet? ownStarts;
    private TriggerBlock block;
    private TriggerBlock certain;
    private ByteMasks even;
    private ByteMasks odd;
    private bool isOdd;
    private ulong words;
    private ulong own;
    private ulong signs;
    private ulong blocks;

    /// <summary>The places of <see cref="Always"/>.</summary>
    private ulong kept;
    private ulong left;
    private int origin;
    private int passed;
    private readonly int firstBlock;

    public TriggerSearch(in TextWindow window, int from, Trigger wanted, ByteSet? ownStarts = null, int passed = 0)
    {
        text = window.Bytes;
        final = window.Final;
        this.wanted = wanted;
        this.ownStarts = ownStarts;
        firstBlock = (int)(-window.Origin & (BlockWidth - 1));
        this.passed = passed;
        origin = from - ByteMasks.Width;
        Stop = text.Length;
        if (from >= text.Length)
            return;
        Read(from, out even);
    }

    /// <summary>The first place of which the text at hand does not say whether it has a trigger; the text's end if there is none.</summary>
    public int Stop { get; private set; }

    /// <summary>Moves to the next place with a trigger that is wanted.</summary>
    /// <returns>False when there is none before <see cref="Stop"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next(out int place, out Trigger triggers)
    {
        do
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
            if (place < passed)
            {
                triggers = Kept(bit) & wanted;
                continue;
            }

            if (!At(bit, place, out triggers))
            {
                Stop = place;
                left = 0;
                origin = text.Length;
                return false;
            }
        }
        while (triggers == Trigger.None);

        return true;
    }

    /// <summary>Leaves out the places before <paramref name="place"/>, but for <see cref="Always"/>.</summary>
    public void Pass(int place)
    {
        passed = place;
        Leave();
    }

    private void Leave()
    {
        int bits = passed - origin;
        if (bits > 0)
            left &= (bits < ByteMasks.Width ? ulong.MaxValue << bits : 0) | kept;
    }

    private readonly Trigger Kept(int bit) => (((words >> bit) & 1) != 0 ? Trigger.Word : Trigger.None)
        | (((own >> bit) & 1) != 0 ? Trigger.Own : Trigger.None)
        | (((blocks >> bit) & 1) != 0 ? Trigger.Block : Trigger.None);

    /// <returns>False when the text at hand does not tell.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool At(int bit, int place, out Trigger triggers)
    {
        triggers = Trigger.None;
        if (((signs >> bit) & 1) != 0)
        {
            if (!Sign(place, out triggers))
                return false;
        }
        else
        {
            triggers = Of(block, bit);
            if (!final && place + Reach > text.Length && triggers != Of(certain, bit))
                return false;
        }

        if ((kept >> bit & 1) != 0)
            triggers |= Kept(bit);
        triggers &= wanted;
        return true;
    }

    private static Trigger Of(in TriggerBlock block, int bit) => (Trigger)(
        (((int)(block.Number >> bit) & 1) * (int)Trigger.Number)
        | (((int)(block.Token >> bit) & 1) * (int)Trigger.Token)
        | (((int)(block.Capitals >> bit) & 1) * (int)Trigger.Capitals));

    /// <summary>The triggers of one sign, by the bytes beside it.</summary>
    private readonly bool Sign(int place, out Trigger triggers)
    {
        byte sign = text[place];
        triggers = sign == '@' ? Trigger.At : sign == '=' ? Trigger.Equals : Trigger.None;
        if (triggers != Trigger.None)
            return true;
        if (place + 1 >= text.Length)
        {
            triggers = sign == ':' ? Trigger.Colon : Trigger.None;
            return final;
        }

        byte next = text[place + 1];
        switch (sign)
        {
            case (byte)'.':
                triggers = (ByteClass.IsLetter(next) || next >= 0x80) && place > 0 && (ByteClass.IsAlnum(text[place - 1]) || text[place - 1] >= 0x80) ? Trigger.Dot : Trigger.None;
                return true;
            case (byte)'-':
                triggers = ByteClass.IsLetter(next) && place > 0 && text[place - 1] == '-' ? Trigger.Dashes : Trigger.None;
                return true;
            case (byte)':':
                triggers = Trigger.Colon;
                if (next == ':' || (ByteClass.IsHex(next) && place > 0 && (ByteClass.IsHex(text[place - 1]) || text[place - 1] == ':')))
                    triggers |= Trigger.HexColon;
                if (next != '/')
                    return true;
                if (place + 2 >= text.Length)
                    return final;
                if (text[place + 2] == '/')
                    triggers |= Trigger.Scheme;
                return true;
            default:
                triggers = ByteClass.IsLetter(next) ? Trigger.Bracket : Trigger.None;
                return true;
        }
    }

    /// <summary>Moves to the next 64 places among which there are some.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Fill()
    {
        do
        {
            origin += ByteMasks.Width;
            if (text.Length <= origin)
                return false;

            // What was read as the bytes ahead are the places now: nothing is copied, the two take turns.
            if (isOdd)
                Fill(odd, out even);
            else
                Fill(even, out odd);
            isOdd = !isOdd;
        }
        while (left == 0);

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fill(in ByteMasks here, out ByteMasks ahead)
    {
        Read(origin + ByteMasks.Width, out ahead);
        int known = text.Length - origin;
        byte before = origin > 0 ? text[origin - 1] : (byte)0;
        ReadOnlySpan<byte> bytes = text.Slice(origin, Math.Min(known, ByteMasks.Width));
        block = TriggerBlock.Find(here, ahead, before, bytes);
        signs = here.Sign | (here.Mark & (((here.Letter | here.High) >> 1) | ((ahead.Letter | ahead.High) << 63)));
        left = block.Number | block.Token | block.Capitals | signs;
        if ((wanted & Trigger.Word) != 0)
            FindWords(here, before);
        int next = (firstBlock - origin) & (BlockWidth - 1);
        blocks = next < bytes.Length && IsBlock(here, next) ? 1UL << next : 0;
        left |= blocks;
        if (ownStarts is not null)
        {
            own = ownStarts.Find(text, origin);
            left |= own;
        }

        kept = words | own | blocks;
        if (known < ByteMasks.Width + Reach)
            FillTail(bytes, before, known);
        if (passed > origin)
            Leave();
    }

    /// <summary>Whether a run goes on that is long enough to be looked into.</summary>
    private readonly bool IsBlock(in ByteMasks here, int bit)
    {
        if ((wanted & Trigger.Block) == 0)
            return false;
        ulong inside = (1UL << Math.Min(bit, BlockLead)) - 1;
        if (((here.Token >> Math.Max(0, bit - BlockLead)) & inside) != inside)
            return false;
        int from = origin + bit - BlockLead;
        return bit >= BlockLead || (from >= 0 && !text[from..origin].ContainsAnyExcept(TokenBytes));
    }

    private void FindWords(in ByteMasks here, byte before)
    {
        ulong word = here.Letter | here.Digit;
        words = here.High | (word & ~((word << 1) | (ByteClass.IsAlnum(before) ? 1UL : 0)));
        left |= words;
    }

    /// <summary>Near the end of what is at hand: which triggers there are whatever follows.</summary>
    private void FillTail(ReadOnlySpan<byte> bytes, byte before, int known)
    {
        if (known < ByteMasks.Width)
            left &= (1UL << known) - 1;
        if (final || left == 0)
            return;
        ByteMasks.ReadTail(bytes, wild: false, out ByteMasks plain);
        ByteMasks.ReadTail(known > ByteMasks.Width ? text[(origin + ByteMasks.Width)..] : [], wild: false, out ByteMasks rest);
        certain = TriggerBlock.Find(plain, rest, before, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Read(int from, out ByteMasks masks)
    {
        if (from + ByteMasks.Width <= text.Length)
            ByteMasks.Read(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), from), out masks);
        else
            ByteMasks.ReadTail(from < text.Length ? text[from..] : [], wild: !final, out masks);
    }
}
