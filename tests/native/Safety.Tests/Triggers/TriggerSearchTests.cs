using System.Text;
using CsCheck;
using IronCage.Safety.Recognisers;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;
using IronCage.Tests;

namespace IronCage.Safety.Tests.Triggers;

internal sealed class TriggerSearchTests
{
    private const Trigger Every = (Trigger)0xFFF;

    private static readonly byte[] Alphabet = [.. "01 9aAfGZ-B_+/=:.@([ \n"u8, 0xC3, 0xA9, (byte)'-', (byte)'1', (byte)'x', (byte)'X', (byte)':', (byte)'4'];

    private static readonly byte[][] Words = [" dot "u8.ToArray(), " DoT "u8.ToArray(), " dot"u8.ToArray(), "dot "u8.ToArray(), " do"u8.ToArray(), " d"u8.ToArray(), "t "u8.ToArray(), "ab1c D2ef "u8.ToArray(), "abcd ef12 ghij klmn"u8.ToArray()];

    private static readonly Gen<byte[]> Texts = Gen.Select(Gen.Int[0, Alphabet.Length - 1].Array[0, 12], Gen.Int[1, 30]).Select(
        (picks, repeats) => picks.SelectMany(pick => pick % 9 == 8 ? Words[repeats % Words.Length] : Enumerable.Repeat(Alphabet[pick], 1 + (pick * repeats % 11))).ToArray()).Array[0, 6].Select(parts => parts.SelectMany(part => part).ToArray());

    [Test]
    public void Places_are_those_of_the_definition() => Texts.Sample(
        text => Check(Found(text, 0, final: true, out int stop), Defined(text), text, stop == text.Length), iter: Counts.Of(4000));

    [Test]
    public void Every_byte_alone_and_in_a_run_is_classified()
    {
        for (int b = 0; b < 256; b++)
        {
            foreach (int length in new[] { 1, 15, 16, 17, 64, 65, 130 })
            {
                byte[] text = [.. Enumerable.Repeat((byte)b, length)];
                Check(Found(text, 0, final: true, out _), Defined(text), text);
                Check(Found([(byte)' ', .. text, (byte)'b'], 0, final: true, out _), Defined([(byte)' ', .. text, (byte)'b']), text);
            }
        }
    }

    [Test]
    public void Beginning_in_the_middle_changes_nothing() => Gen.Select(Texts, Gen.Int[0, 300]).Sample(
        (text, from) =>
        {
            from = Math.Min(from, text.Length);
            Check(Found(text, from, final: true, out _), [.. Defined(text).Where(place => place.Place >= from)], text);
        },
        iter: Counts.Of(3000));

    /// <summary>What is decided of a text that goes on holds whatever follows, and no more than the reach is undecided.</summary>
    [Test]
    public void Open_end_leaves_at_most_the_reach_undecided() => Gen.Select(Texts, Gen.Int[0, 400]).Sample(
        (text, cut) =>
        {
            cut = Math.Min(cut, text.Length);
            List<(int Place, Trigger)> found = Found(text.AsSpan(0, cut), 0, final: false, out int stop);
            Check(found, [.. Defined(text).Where(place => place.Place < stop)], text);
            Assert.That(cut - stop, Is.InRange(0, TriggerSearch.Reach));
        },
        iter: Counts.Of(6000));

    private static List<(int Place, Trigger Triggers)> Found(ReadOnlySpan<byte> text, int from, bool final, out int stop)
    {
        var scratch = new ScanScratch();
        scratch.Begin(new RecogniserSet([]));
        var search = new TriggerSearch(new TextWindow(text, final, 0, scratch), from, Every);
        var found = new List<(int, Trigger)>();
        while (search.Next(out int place, out Trigger triggers))
        {
            if (triggers != Trigger.None)
                found.Add((place, triggers));
        }

        stop = search.Stop;
        return found;
    }

    private static List<(int Place, Trigger Triggers)> Defined(byte[] text)
    {
        var defined = new List<(int, Trigger)>();
        for (int i = 0; i < text.Length; i++)
        {
            Trigger triggers = Definition(Encoding.Latin1.GetString(text), i);
            if (triggers != Trigger.None)
                defined.Add((i, triggers));
        }

        return defined;
    }

    /// <summary>The words of <see cref="Trigger"/>, one by one.</summary>
    private static Trigger Definition(string text, int i)
    {
        char here = text[i];
        char before = i > 0 ? text[i - 1] : '\0';
        char after = i + 1 < text.Length ? text[i + 1] : '\0';
        string ahead = text.Substring(i, Math.Min(24, text.Length - i));
        var triggers = Trigger.None;
        void Add(Trigger trigger, bool holds) => triggers |= holds ? trigger : Trigger.None;

        Add(Trigger.At, here == '@');
        Add(Trigger.Number, char.IsAsciiDigit(here) && !char.IsAsciiDigit(before) && (ahead.Count(char.IsAsciiDigit) >= 4 || IsPair(before, ahead)));
        Add(Trigger.Token, IsWord(here) && !IsWord(before) && ahead.Length >= 14 && ahead[..14].All(c => IsWord(c) || "-+/=:.".Contains(c)));
        Add(Trigger.Colon, here == ':');
        Add(Trigger.Equals, here == '=');
        Add(Trigger.Dot, here == '.' && (char.IsAsciiLetterOrDigit(before) || before >= 0x80) && (char.IsAsciiLetter(after) || after >= 0x80));
        Add(Trigger.Capitals, IsCode(here) && !IsCode(before) && ahead.Length >= 7 && ahead[..7].All(IsCode) && ahead[..7].Any(char.IsAsciiLetterUpper));
        Add(Trigger.Dashes, here == '-' && before == '-' && char.IsAsciiLetter(after));
        Add(Trigger.Bracket, "([{".Contains(here) && char.IsAsciiLetter(after));
        Add(Trigger.HexColon, here == ':' && IsHex(after) && (IsHex(before) || after == ':'));
        Add(Trigger.Scheme, here == ':' && ahead.StartsWith("://", StringComparison.Ordinal));
        Add(Trigger.Word, here >= 0x80 || (char.IsAsciiLetterOrDigit(here) && !char.IsAsciiLetterOrDigit(before)));
        return triggers;
    }

    private static bool IsPair(char before, string ahead) =>
        char.IsAsciiLetterUpper(before) && ahead.Length > 1 && char.IsAsciiDigit(ahead[1]);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static bool IsCode(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c);

    private static bool IsHex(char c) => char.IsAsciiHexDigit(c) || c == ':';

    private static void Check(List<(int Place, Trigger)> found, List<(int Place, Trigger)> expected, byte[] text, bool sound = true)
    {
        if (!sound || !found.SequenceEqual(expected))
            Assert.Fail($"{string.Join("; ", found)}\nis not\n{string.Join("; ", expected)}\nin {Encoding.Latin1.GetString(text)}");
    }
}
