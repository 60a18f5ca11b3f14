namespace IronCage.Safety.Text;

/// <summary>What a rule answers about a place in a text.</summary>
internal enum MatchState
{
    /// <summary>Nothing here, whatever follows.</summary>
    NoMatch,

    /// <summary>Something here, whatever follows.</summary>
    Match,

    /// <summary>The text at hand ends before the decision. Never the answer for a final text.</summary>
    NeedMore,
}
