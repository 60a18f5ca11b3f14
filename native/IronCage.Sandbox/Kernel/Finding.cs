namespace IronCage.Sandbox.Kernel;

/// <summary>Something about this machine that matters to sandboxes.</summary>
/// <param name="Level">What it means.</param>
/// <param name="Subject">What it is about: "Landlock", "seccomp".</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do about it, or null: nothing needs to be done.</param>
public sealed record Finding(FindingLevel Level, string Subject, string Text, string? Advice);
