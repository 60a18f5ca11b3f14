namespace IronCage.Core.Audit;

/// <summary>Which entries are read.</summary>
/// <param name="After">Those with a higher number.</param>
/// <param name="Since">The first time; null: from the beginning.</param>
/// <param name="Until">The time behind the last; null: to the end.</param>
/// <param name="Agent">Of this agent only; null: of all.</param>
/// <param name="EventType">Of this type only, or, when it ends in an asterisk, of those that begin so (<c>pii.*</c>); null: of all.</param>
public sealed record AuditQuery(long After = 0, DateTimeOffset? Since = null, DateTimeOffset? Until = null, string? Agent = null, string? EventType = null);
