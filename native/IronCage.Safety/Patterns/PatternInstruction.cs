namespace IronCage.Safety.Patterns;

/// <summary>One step of a nondeterministic automaton (Thompson's construction).</summary>
internal readonly record struct PatternInstruction(PatternOp Op, int First = 0, int Second = 0);
