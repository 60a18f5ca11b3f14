namespace IronCage.Safety.Patterns;

/// <summary>Turns a syntax tree into a <see cref="PatternProgram"/>.</summary>
internal sealed class PatternCompiler
{
    /// <summary>A step of the matcher costs at most as much as there are instructions.</summary>
    public const int MostInstructions = 3000;

    private readonly List<PatternInstruction> code = [];
    private readonly List<CodePointSet> sets = [];
    private readonly Dictionary<string, int> known = [];

    private PatternCompiler()
    {
    }

    /// <exception cref="PatternException">The pattern is too large, or can only match an empty text.</exception>
    public static PatternProgram Compile(PatternNode tree)
    {
        var compiler = new PatternCompiler();
        compiler.Emit(tree);
        compiler.Add(new PatternInstruction(PatternOp.Match));
        return new PatternProgram([.. compiler.code], new CharClasses([.. compiler.sets], compiler.code.Exists(i => i.Op == PatternOp.Look)));
    }

    private void Emit(PatternNode node)
    {
        switch (node.Kind)
        {
            case PatternNodeKind.Chars:
                Add(new PatternInstruction(PatternOp.Chars, Number(node.Set)));
                break;
            case PatternNodeKind.Look:
                Add(new PatternInstruction(PatternOp.Look, (int)node.Look));
                break;
            case PatternNodeKind.Sequence:
                foreach (PatternNode part in node.Children)
                    Emit(part);
                break;
            case PatternNodeKind.Choice:
                EmitChoice(node.Children);
                break;
            default:
                EmitRepeat(node);
                break;
        }
    }

    private void EmitChoice(IReadOnlyList<PatternNode> branches)
    {
        var ends = new List<int>();
        for (int i = 0; i < branches.Count - 1; i++)
        {
            int split = Add(default);
            Emit(branches[i]);
            ends.Add(Add(default));
            code[split] = new PatternInstruction(PatternOp.Split, split + 1, code.Count);
        }

        Emit(branches[^1]);
        foreach (int end in ends)
            code[end] = new PatternInstruction(PatternOp.Jump, code.Count);
    }

    private void EmitRepeat(PatternNode node)
    {
        PatternNode child = node.Children[0];
        int last = code.Count;
        for (int i = 0; i < node.Least; i++)
        {
            last = code.Count;
            Emit(child);
        }

        if (node.Most == PatternNode.Unbounded)
        {
            if (node.Least > 0)
            {
                int again = Add(default);
                code[again] = Split(last, again + 1, node.IsLazy);
                return;
            }

            int loop = Add(default);
            Emit(child);
            Add(new PatternInstruction(PatternOp.Jump, loop));
            code[loop] = Split(loop + 1, code.Count, node.IsLazy);
            return;
        }

        var splits = new List<int>();
        for (int i = node.Least; i < node.Most; i++)
        {
            splits.Add(Add(default));
            Emit(child);
        }

        foreach (int split in splits)
            code[split] = Split(split + 1, code.Count, node.IsLazy);
    }

    private static PatternInstruction Split(int inside, int outside, bool isLazy) =>
        isLazy ? new(PatternOp.Split, outside, inside) : new(PatternOp.Split, inside, outside);

    private int Add(PatternInstruction instruction)
    {
        if (code.Count == MostInstructions)
            throw new PatternException($"the pattern is too large: its repeat counts multiply to more than {MostInstructions} steps");
        code.Add(instruction);
        return code.Count - 1;
    }

    private int Number(CodePointSet set)
    {
        string key = string.Join(',', set.Ranges.ToArray());
        if (!known.TryGetValue(key, out int number))
        {
            known[key] = number = sets.Count;
            sets.Add(set);
        }

        return number;
    }
}
