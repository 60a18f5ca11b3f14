namespace IronCage.Core.Audit;

/// <summary>Where a chain is broken.</summary>
/// <param name="Entry">The first entry that does not fit, or that is missing.</param>
/// <param name="Kind">What the entries after it say about the cause. Whoever changed the file may have done more than that.</param>
/// <param name="Message">The same in words.</param>
public sealed record AuditFault(long Entry, AuditFaultKind Kind, string Message);
