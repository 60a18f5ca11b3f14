namespace IronCage.Safety.Text;

/// <summary>One word among others.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last.</param>
internal readonly record struct WordSpan(int Start, int End);
