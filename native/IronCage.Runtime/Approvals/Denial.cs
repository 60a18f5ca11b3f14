namespace IronCage.Runtime.Approvals;

/// <summary>That a use of a tool was not approved.</summary>
/// <param name="Request">Which use, and whose protection wanted it approved.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record Denial(ApprovalRequest Request, string Reason);
