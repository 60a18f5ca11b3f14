namespace IronCage.Core.Audit;

/// <summary>What a verification found so far.</summary>
/// <param name="Check">How far it came.</param>
/// <param name="Head">The last entry of the chain as the store keeps it.</param>
/// <param name="Checkpoint">The last entry that was pruned; null: none was.</param>
/// <param name="Fault">The first thing that does not fit; null: nothing yet.</param>
/// <param name="IsComplete">Whether the end, or a fault, was reached.</param>
public sealed record AuditVerification(AuditCheck Check, AuditLink Head, AuditLink? Checkpoint, AuditFault? Fault, bool IsComplete);
