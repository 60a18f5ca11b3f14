namespace IronCage.Runtime.Protections;

/// <summary>A finding as the report shows it: kind and place in code points of its text, never the value.</summary>
public sealed record FindingRecord(string Kind, long Start, long End, float Score, bool IsOutput, PiiAction Action)
{
    /// <summary>Which of the texts of the request or answer it is in, from 0.</summary>
    public int Text { get; init; }

    /// <summary>The keyed digest of the value for the audit trail; null where there is none.</summary>
    public string? Digest { get; init; }
}
