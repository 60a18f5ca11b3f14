namespace IronCage.Core.Control;

/// <summary>What was decided about a use of a tool.</summary>
/// <param name="Id">Of its <see cref="ApprovalNote"/>.</param>
/// <param name="Denied">Why not; null: it is approved.</param>
public sealed record ApprovalDecision(string Id, string? Denied);
