namespace IronCage.Core.Audit;

/// <summary>Some of the entries that were asked for, by number.</summary>
/// <param name="Entries">May be empty though more follow.</param>
/// <param name="Next">What <see cref="AuditQuery.After"/> is for the next page; 0: there is none.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Entries, long Next);
