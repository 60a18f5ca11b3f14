using System.Numerics;
using System.Runtime.CompilerServices;
using IronCage.Safety.Text;

namespace IronCage.Safety.Triggers;

/// <summary>The triggers of 64 places, a bit for each.</summary>
internal struct TriggerBlock
{
    private const int NumberReach = 24;
    private const int FewestDigits = 4;

    private ulong number;
    private ulong token;
    private ulong capitals;
    private ulong colon;
    private ulong at;
    private ulong equal;
    private ulong dot;
    private ulong dashes;
    private ulong bracket;
    private ulong hexColon;
    private ulong scheme;
    private ulong word;
    private ulong own;

    /// <summary>Every place with a trigger.</summary>
    public ulong Any;

    /// <summary>Finds the triggers of <paramref name="here"/>.</summary>
    /// <param name="here">The 64 places.</param>
    /// <param name="next">The 64 bytes after them: how far the classes go on.</param>
    /// <param name="before">The byte before the first place; 0 at the start of the text.</param>
    /// <param name="wanted">Which triggers anybody asks for.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Find(in ByteMasks here, in ByteMasks next, byte before, Trigger wanted)
    {
        ulong letter = here.Letter;
        ulong alnum = letter | here.Digit;
        bool wasDigit = ByteClass.IsDigit(before);
        bool wasLetter = ByteClass.IsLetter(before);
        bool wasAlnum = wasDigit | wasLetter;

        number = 0;
        if (here.Digit != 0)
        {
            ulong starts = here.Digit & ~((here.Digit << 1) | Bit(wasDigit));
            while (starts != 0)
            {
                int place = BitOperations.TrailingZeroCount(starts);
                ulong ahead = Ahead(here.Digit, next.Digit, place) & ((1UL << NumberReach) - 1);
                if (BitOperations.PopCount(ahead) >= FewestDigits)
                    number |= starts & (~starts + 1);
                starts &= starts - 1;
            }
        }

        ulong run = alnum | here.Joiner | here.Colon;
        ulong runNext = next.Letter | next.Digit | next.Joiner | next.Colon;
        ulong wordly = alnum | here.Underscore;
        token = Runs(run, runNext, 16) & wordly & ~((wordly << 1) | Bit(wasAlnum || before == '_'));

        capitals = 0;
        ulong code = here.Upper | here.Digit;
        ulong codes = Runs(code, next.Upper | next.Digit, 7);
        if (codes != 0)
        {
            ulong any = here.Upper;
            ulong anyNext = next.Upper;
            any |= Ahead(any, anyNext, 1);
            anyNext |= anyNext >> 1;
            any |= Ahead(any, anyNext, 2);
            anyNext |= anyNext >> 2;
            any |= Ahead(any, anyNext, 3);
            capitals = codes & ~((code << 1) | Bit(wasDigit || (wasLetter && ByteClass.IsUpper(before)))) & any;
        }

        colon = here.Colon;
        ulong hexOrColon = here.Hex | here.Colon;
        hexColon = colon == 0 ? 0 : colon & ((hexOrColon << 1) | Bit(ByteClass.IsHex(before) || before == ':')) & Ahead(hexOrColon, next.Hex | next.Colon, 1);
        scheme = colon == 0 ? 0 : colon & Ahead(here.Slash, next.Slash, 1) & Ahead(here.Slash, next.Slash, 2);
        at = here.At;
        equal = here.Equal;
        dot = here.Dot & ((alnum << 1) | Bit(wasAlnum) | (here.High << 1) | Bit(before >= 0x80)) & Ahead(letter | here.High, next.Letter | next.High, 1);
        dashes = here.Hyphen & Ahead(here.Upper, next.Upper, 1);
        bracket = here.Open & Ahead(letter, next.Letter, 1);
        ulong words = alnum | here.High;
        word = (wanted & Trigger.Word) == 0 ? 0 : here.High | (words & ~((words << 1) | Bit(wasAlnum || before >= 0x80)));

        if ((wanted & Trigger.Colon) == 0)
            colon = 0;
        Any = number | token | capitals | colon | hexColon | scheme | at | equal | dot | dashes | bracket | word;
    }

    /// <summary>Adds the places of <see cref="Trigger.Own"/>.</summary>
    public void AddOwn(ulong places)
    {
        own = places;
        Any |= places;
    }

    /// <summary>The triggers at one place.</summary>
    public readonly Trigger At(int place) => (Trigger)(
        (Is(at, place) * (int)Trigger.At)
        | (Is(number, place) * (int)Trigger.Number)
        | (Is(token, place) * (int)Trigger.Token)
        | (Is(colon, place) * (int)Trigger.Colon)
        | (Is(equal, place) * (int)Trigger.Equals)
        | (Is(dot, place) * (int)Trigger.Dot)
        | (Is(capitals, place) * (int)Trigger.Capitals)
        | (Is(dashes, place) * (int)Trigger.Dashes)
        | (Is(bracket, place) * (int)Trigger.Bracket)
        | (Is(hexColon, place) * (int)Trigger.HexColon)
        | (Is(scheme, place) * (int)Trigger.Scheme)
        | (Is(word, place) * (int)Trigger.Word)
        | (Is(own, place) * (int)Trigger.Own));

    private static int Is(ulong mask, int place) => (int)(mask >> place) & 1;

    private static ulong Bit(bool value) => value ? 1UL : 0;

    /// <summary>The mask that begins <paramref name="by"/> places later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Ahead(ulong here, ulong next, int by) => by == 0 ? here : (here >> by) | (next << (64 - by));

    /// <summary>The places from which on <paramref name="length"/> bits are set, at most 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Runs(ulong here, ulong next, int length)
    {
        int done = 1;
        while (done < length && here != 0)
        {
            int step = Math.Min(done, length - done);
            here &= Ahead(here, next, step);
            next &= next >> step;
            done += step;
        }

        return here;
    }
}
