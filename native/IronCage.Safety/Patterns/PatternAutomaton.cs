using System.Runtime.InteropServices;

namespace IronCage.Safety.Patterns;

/// <summary>
/// The deterministic automaton of a pattern, built as texts need it. A step costs a look into a table once its state is known, and at most one visit of each
/// instruction before. When it has grown to its bound it begins anew. Thread-safe.
/// </summary>
internal sealed class PatternAutomaton
{
    /// <summary>Words of memory that states may take.</summary>
    private const int MostWords = 1 << 18;

    private readonly PatternProgram program;
    private readonly Lock gate = new();
    private readonly int[] seen;
    private readonly int[] kept;
    private readonly Stack<int> open = new();
    private Dictionary<StateKey, PatternState> states = [];
    private PatternState?[] starts = new PatternState?[4];
    private int round;
    private int words;

    public PatternAutomaton(PatternProgram program)
    {
        this.program = program;
        seen = new int[program.Code.Length];
        kept = new int[program.Code.Length];
    }

    public PatternProgram Program => program;

    public PatternState Start(PatternBefore before)
    {
        if (!program.HasLooks)
            before = PatternBefore.Other;
        PatternState? start = Volatile.Read(ref Volatile.Read(ref starts)[(int)before]);
        return start ?? MakeStart(before);
    }

    public PatternState Next(PatternState state, int character, out bool matched) => state.Next(character, out matched) ?? MakeNext(state, character, out matched);

    private PatternState MakeStart(PatternBefore before)
    {
        lock (gate)
            return starts[(int)before] = Intern([0], before);
    }

    private PatternState MakeNext(PatternState state, int character, out bool matched)
    {
        lock (gate)
        {
            round++;
            var result = new List<int>();
            matched = false;
            foreach (int first in state.Instructions)
            {
                if (Follow(first, state.Before, character, result))
                {
                    matched = true; // what is less preferred than a match is out of the race
                    break;
                }
            }

            PatternState next = Intern([.. result], BehindOf(character));
            state.Learn(character, next, matched);
            return next;
        }
    }

    /// <summary>Follows one instruction through what takes no character; true at a match.</summary>
    private bool Follow(int first, PatternBefore before, int character, List<int> result)
    {
        open.Clear();
        open.Push(first);
        while (open.TryPop(out int at))
        {
            if (seen[at] == round)
                continue;
            seen[at] = round;
            PatternInstruction step = program.Code[at];
            switch (step.Op)
            {
                case PatternOp.Match:
                    return true;
                case PatternOp.Chars:
                    if (program.Classes.IsIn(character, step.First) && kept[at + 1] != round)
                    {
                        kept[at + 1] = round;
                        result.Add(at + 1);
                    }

                    break;
                case PatternOp.Split:
                    open.Push(step.Second);
                    open.Push(step.First);
                    break;
                case PatternOp.Jump:
                    open.Push(step.First);
                    break;
                default:
                    if (Holds((PatternLook)step.First, before, character))
                        open.Push(at + 1);
                    break;
            }
        }

        return false;
    }

    private bool Holds(PatternLook look, PatternBefore before, int character)
    {
        CharClasses classes = program.Classes;
        bool isEnd = character == classes.End;
        return look switch
        {
            PatternLook.TextStart => before == PatternBefore.Start,
            PatternLook.TextEnd => isEnd,
            PatternLook.TextEndOrLineFeed => isEnd || character == classes.LastLineFeed,
            PatternLook.LineStart => before is PatternBefore.Start or PatternBefore.LineFeed,
            PatternLook.LineEnd => isEnd || character == classes.LineFeed || character == classes.LastLineFeed,
            PatternLook.WordBoundary => (before == PatternBefore.Word) != classes.IsWord(character),
            _ => (before == PatternBefore.Word) == classes.IsWord(character),
        };
    }

    private PatternBefore BehindOf(int character)
    {
        if (!program.HasLooks)
            return PatternBefore.Other;
        if (character == program.Classes.LineFeed || character == program.Classes.LastLineFeed)
            return PatternBefore.LineFeed;
        return program.Classes.IsWord(character) ? PatternBefore.Word : PatternBefore.Other;
    }

    private PatternState Intern(int[] instructions, PatternBefore before)
    {
        if (instructions.Length == 0)
            before = PatternBefore.Other;
        var key = new StateKey(instructions, before);
        if (states.TryGetValue(key, out PatternState? known))
            return known;
        words += instructions.Length + 2 * program.Classes.Count + 32;
        if (words > MostWords)
        {
            // Whoever is on the way goes on with the old states; they go when nobody does.
            states = [];
            Volatile.Write(ref starts, new PatternState?[4]);
            words = 0;
        }

        return states[key] = new PatternState(instructions, before, IsCertain(instructions), program.Classes.Count);
    }

    /// <summary>Whether the most preferred way leads to a match without a character or a condition more.</summary>
    private bool IsCertain(int[] instructions)
    {
        if (instructions.Length == 0)
            return false;
        int at = instructions[0];
        for (int i = 0; i < program.Code.Length; i++)
        {
            PatternInstruction step = program.Code[at];
            if (step.Op is not (PatternOp.Split or PatternOp.Jump))
                return step.Op == PatternOp.Match;
            at = step.First;
        }

        return false;
    }

    /// <summary>What makes two states the same.</summary>
    private readonly struct StateKey(int[] instructions, PatternBefore before) : IEquatable<StateKey>
    {
        private readonly int[] instructions = instructions;
        private readonly PatternBefore before = before;

        public bool Equals(StateKey other) => before == other.before && instructions.AsSpan().SequenceEqual(other.instructions);

        public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add((int)before);
            hash.AddBytes(MemoryMarshal.AsBytes(instructions.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
