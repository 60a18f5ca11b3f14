namespace IronCage.Core.Audit;

/// <summary>What a pruning did.</summary>
/// <param name="Entries">How many entries were removed.</param>
/// <param name="Checkpoint">The last of them, or of an earlier pruning; null: none ever was.</param>
/// <param name="Fault">Why it ended early: the chain does not fit there, and what is left is evidence. Null: it did not.</param>
public sealed record AuditPruning(long Entries, AuditLink? Checkpoint, AuditFault? Fault);
