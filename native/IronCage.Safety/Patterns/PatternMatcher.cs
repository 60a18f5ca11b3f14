using System.Buffers;
using System.Text;
using IronCage.Safety.Text;

namespace IronCage.Safety.Patterns;

/// <summary>
/// A regular expression over UTF-8 that takes time linear in the text, whatever the text and the pattern. Immutable to its users, and thread-safe.
/// </summary>
/// <remarks>
/// Matches are those of a backtracking engine (earlier alternatives and greedy repeats are preferred), up to <see cref="MostBytes"/>. A match never touches a redacted
/// form, and a place from where one could have run into a form has none: so what redaction leaves holds no new match.
/// </remarks>
internal sealed class PatternMatcher(PatternProgram program)
{
    /// <summary>With what overlaps are decided after (<see cref="Resolution.OverlapResolver.ClusterReach"/>) and a redacted form behind it, this is what a stream holds back: 512 bytes in all.</summary>
    public const int MostBytes = 250;

    private readonly PatternAutomaton automaton = new(program);

    public bool[] FirstBytes => automaton.Program.FirstBytes;

    /// <exception cref="PatternException">It is no pattern.</exception>
    public static PatternMatcher Compile(string pattern, bool ignoreCase = false) => new(PatternCompiler.Compile(PatternParser.Parse(pattern, ignoreCase)));

    /// <summary>One that matches whole values only.</summary>
    /// <exception cref="PatternException">It is no pattern.</exception>
    public static PatternMatcher CompileWhole(string pattern, bool ignoreCase = false) =>
        new(PatternCompiler.Compile(PatternNode.Sequence([PatternParser.Parse(pattern, ignoreCase), PatternNode.At(PatternLook.TextEnd)])));

    /// <summary>The best match that begins at <paramref name="place"/>.</summary>
    public MatchState Match(in TextWindow window, int place, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        CharClasses classes = automaton.Program.Classes;
        end = place;
        PatternState state = automaton.Start(Before(window, place));
        int at = place;
        while (!state.IsDead)
        {
            if (state.IsCertain)
            {
                end = at;
                break;
            }

            int character = classes.End;
            int length = 1;
            if (at - place >= MostBytes && !automaton.Program.HasLooks)
            {
                // Nothing more is taken, and what follows makes no difference.
            }
            else if (at < text.Length)
            {
                MatchState read = Read(window, at, out character, out length);
                if (read == MatchState.NeedMore)
                    return read;
                if (read == MatchState.NoMatch)
                {
                    end = place;
                    return read;
                }
            }
            else if (!window.Final)
            {
                return MatchState.NeedMore;
            }

            state = automaton.Next(state, character, out bool matched);
            if (matched)
                end = at;
            at += length;
            if (at - place > MostBytes)
                break;
        }

        return end > place ? MatchState.Match : MatchState.NoMatch;
    }

    /// <summary>Reads a character; no match where a redacted form begins.</summary>
    private MatchState Read(in TextWindow window, int at, out int character, out int length)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        CharClasses classes = automaton.Program.Classes;
        byte b = text[at];
        length = 1;
        character = classes.Invalid;
        if (b < 0x80)
        {
            character = classes.OfAscii(b);
            if (b == '\n' && at + 1 == text.Length)
            {
                if (!window.Final)
                    return classes.LineFeed < 0 ? MatchState.Match : MatchState.NeedMore;
                character = classes.LastLineFeed;
            }

            if (b == '[' && ReplacedForm.At(window, at, out _) is var form && form != MatchState.NoMatch)
                return form == MatchState.Match ? MatchState.NoMatch : form;
            return MatchState.Match;
        }

        OperationStatus status = Rune.DecodeFromUtf8(text[at..], out Rune rune, out int read);
        if (status == OperationStatus.NeedMoreData && !window.Final)
            return MatchState.NeedMore;
        if (status == OperationStatus.Done)
            (character, length) = (classes.Of(rune.Value), read);
        return MatchState.Match;
    }

    private PatternBefore Before(in TextWindow window, int place)
    {
        PatternProgram pattern = automaton.Program;
        if (!pattern.HasLooks)
            return PatternBefore.Other;
        if (place == 0)
            return window.Origin == 0 ? PatternBefore.Start : PatternBefore.Other;
        byte b = window.Bytes[place - 1];
        if (b == '\n')
            return PatternBefore.LineFeed;
        int character = pattern.Classes.Invalid;
        if (b < 0x80)
            character = pattern.Classes.OfAscii(b);
        else if (Rune.DecodeLastFromUtf8(window.Bytes[Math.Max(0, place - 4)..place], out Rune rune, out _) == OperationStatus.Done)
            character = pattern.Classes.Of(rune.Value);
        return pattern.Classes.IsWord(character) ? PatternBefore.Word : PatternBefore.Other;
    }
}
