using System.Numerics;
using System.Runtime.CompilerServices;
using IronCage.Safety.Text;

namespace IronCage.Safety.Triggers;

/// <summary>Of 64 places, those with a trigger that more than two bytes decide.</summary>
internal struct TriggerBlock
{
    private const int NumberReach = 24;
    private const int FewestDigits = 4;

    public ulong Number;
    public ulong Token;
    public ulong Capitals;

    /// <summary>Finds the triggers of <paramref name="here"/>.</summary>
    /// <param name="here">The 64 places.</param>
    /// <param name="next">The 64 bytes after them: how far the classes go on.</param>
    /// <param name="before">What stands before the first place.</param>
    /// <param name="bytes">The 64 places themselves, or as many as there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TriggerBlock Find(in ByteMasks here, in ByteMasks next, byte before, ReadOnlySpan<byte> bytes)
    {
        TriggerBlock block = default;
        ulong digit = here.Digit;
        ulong alnum = here.Letter | digit;
        if (digit != 0)
        {
            ulong starts = digit & ~((digit << 1) | Bit(ByteClass.IsDigit(before)));
            block.Number = Numbers(starts, digit, next.Digit);

            // Two digits behind a capital: the head of an account number in groups, which may go on with letters.
            block.Number |= starts & ((here.Upper << 1) | Bit(ByteClass.IsUpper(before))) & Ahead(digit, next.Digit, 1);
        }

        ulong run = here.Token;
        ulong runNext = next.Token;
        run &= Ahead(run, runNext, 1);
        runNext &= runNext >> 1;
        run &= Ahead(run, runNext, 2);
        runNext &= runNext >> 2;
        run &= Ahead(run, runNext, 4);
        if (run != 0)
        {
            runNext &= runNext >> 4;
            run &= Ahead(run, runNext, 6);
            if (run != 0)
                block.Token = Tokens(run, alnum | ByteMasks.Underscores(bytes), Bit(ByteClass.IsWord(before)));
        }

        ulong code = here.Upper | digit;
        ulong codes = code & Ahead(code, next.Upper | next.Digit, 1);
        if ((codes & (codes >> 2)) != 0 || codes >> 58 != 0)
            block.Capitals = Codes(code, next.Upper | next.Digit, Bit(ByteClass.IsUpper(before) || ByteClass.IsDigit(before)), here.Upper, next.Upper);
        return block;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bit(bool value) => value ? 1UL : 0;

    private static ulong Numbers(ulong starts, ulong digit, ulong next)
    {
        ulong numbers = 0;
        while (starts != 0)
        {
            ulong ahead = Ahead(digit, next, BitOperations.TrailingZeroCount(starts)) & ((1UL << NumberReach) - 1);
            if (BitOperations.PopCount(ahead) >= FewestDigits)
                numbers |= starts & (~starts + 1);
            starts &= starts - 1;
        }

        return numbers;
    }

    private static ulong Tokens(ulong runs, ulong wordly, ulong before) => runs & wordly & ~((wordly << 1) | before);

    private static ulong Codes(ulong code, ulong next, ulong before, ulong letter, ulong letterNext)
    {
        ulong run = code;
        run &= Ahead(run, next, 1);
        next &= next >> 1;
        run &= Ahead(run, next, 2);
        next &= next >> 2;
        run &= Ahead(run, next, 3);
        letter |= Ahead(letter, letterNext, 1);
        letterNext |= letterNext >> 1;
        letter |= Ahead(letter, letterNext, 2);
        letterNext |= letterNext >> 2;
        letter |= Ahead(letter, letterNext, 3);
        return run & letter & ~((code << 1) | before);
    }

    /// <summary>The mask that begins <paramref name="by"/> places later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Ahead(ulong here, ulong next, int by) => by == 0 ? here : (here >> by) | (next << (64 - by));
}
