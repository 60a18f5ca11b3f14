namespace IronCage.Core.Audit;

/// <summary>An entry as the store has it.</summary>
/// <param name="Id">Its number; each entry has the next one. In files of the first builds numbers may be missing.</param>
/// <param name="AgentId">Which agent; empty for the store itself.</param>
/// <param name="EventType">See <see cref="AuditEntry"/>.</param>
/// <param name="Timestamp">ISO 8601, UTC, with microseconds: <c>2026-01-31T12:00:00.000000Z</c>.</param>
/// <param name="Details">A JSON object.</param>
/// <param name="Hash">See <see cref="AuditChain"/>; 64 lower-case hexadecimal digits.</param>
public sealed record AuditRecord(long Id, string AgentId, string EventType, string Timestamp, string Details, string Hash);
