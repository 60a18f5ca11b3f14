namespace IronCage.Runtime.Protections;

/// <summary>A finding as the report shows it: kind and place in code points of its text, never the value.</summary>
public sealed record FindingRecord(string Kind, long Start, long End, float Score, bool IsOutput, PiiAction Action);
