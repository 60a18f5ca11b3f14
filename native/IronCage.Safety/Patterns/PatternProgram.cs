using System.Text;

namespace IronCage.Safety.Patterns;

/// <summary>A pattern as a nondeterministic automaton over classes of characters. Immutable.</summary>
internal sealed class PatternProgram
{
    /// <exception cref="PatternException">The pattern can only match an empty text.</exception>
    public PatternProgram(PatternInstruction[] code, CharClasses classes)
    {
        Code = code;
        Classes = classes;
        HasLooks = Array.Exists(code, i => i.Op == PatternOp.Look);
        FirstBytes = FindFirstBytes();
        if (!FirstBytes.Contains(true))
            throw new PatternException("the pattern matches nothing, or only an empty text");
    }

    public PatternInstruction[] Code { get; }

    public CharClasses Classes { get; }

    public bool HasLooks { get; }

    /// <summary>By byte: whether a match may begin with it.</summary>
    public bool[] FirstBytes { get; }

    private bool[] FindFirstBytes()
    {
        var first = new bool[256];
        var seen = new bool[Code.Length];
        var open = new Stack<int>([0]);
        while (open.TryPop(out int at))
        {
            if (seen[at])
                continue;
            seen[at] = true;
            PatternInstruction step = Code[at];
            switch (step.Op)
            {
                case PatternOp.Chars:
                    foreach (var (from, to) in Classes.Sets[step.First].Ranges)
                        Mark(first, from, to);
                    break;
                case PatternOp.Split:
                    open.Push(step.First);
                    open.Push(step.Second);
                    break;
                case PatternOp.Jump:
                    open.Push(step.First);
                    break;
                case PatternOp.Look:
                    open.Push(at + 1);
                    break;
            }
        }

        return first;
    }

    private static void Mark(bool[] first, int from, int to)
    {
        for (int b = Lead(from); b <= Lead(to); b++)
            first[b] = true;
    }

    /// <summary>The first byte of a code point; a surrogate has that of its neighbours.</summary>
    private static int Lead(int codePoint)
    {
        Span<byte> bytes = stackalloc byte[4];
        return Rune.TryCreate(codePoint, out Rune rune) && rune.EncodeToUtf8(bytes) > 0 ? bytes[0] : 0xED;
    }
}
