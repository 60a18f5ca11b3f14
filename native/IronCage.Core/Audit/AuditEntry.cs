namespace IronCage.Core.Audit;

/// <summary>
/// One line of the audit trail, table <c>audit_events(id, agent_id, event_type, timestamp, details)</c>.
/// </summary>
/// <param name="AgentId">Which agent.</param>
/// <param name="EventType">Lower-case dotted name, such as <c>call.allowed</c>, <c>call.denied</c>, <c>call.settled</c>, <c>pii.redacted</c>, <c>circuit.opened</c>.</param>
/// <param name="Timestamp">When, by the engine's clock.</param>
/// <param name="Details">A JSON object: amounts in picodollars, kinds, counts. Never a prompt, a secret or a found value.</param>
public sealed record AuditEntry(string AgentId, string EventType, DateTimeOffset Timestamp, string Details);
