namespace IronCage.Safety.Patterns;

/// <summary>A regular expression that is malformed, too large, or uses what cannot be matched in linear time.</summary>
internal sealed class PatternException(string problem) : Exception(problem);
