namespace IronCage.Core.Events;

/// <summary>
/// Something that happened, for hosts to drain. Never carries a prompt, a secret or a found value.
/// </summary>
/// <param name="Kind">Lower-case dotted name: <c>call.allowed</c>, <c>call.denied</c>, <c>call.settled</c>, <c>budget.warning</c>, <c>budget.degraded</c>, <c>budget.wrap_up</c>, <c>pii.found</c>, <c>circuit.opened</c>,
/// <c>circuit.half_open</c>, <c>circuit.closed</c>, <c>log</c>, …</param>
/// <param name="Level">Severity.</param>
/// <param name="Time">When, by the engine's clock.</param>
/// <param name="Protection">Handle of the protection concerned; 0 for the engine itself.</param>
/// <param name="Message">One readable English line.</param>
/// <param name="Details">A JSON object with the figures, or null.</param>
public sealed record RuntimeEvent(string Kind, EventLevel Level, DateTimeOffset Time, ulong Protection, string Message, string? Details)
{
    /// <summary>The run in which it happened; null: none in particular.</summary>
    public Guid? Run { get; init; }

    /// <summary>The call with which it happened; null: none.</summary>
    public Guid? Call { get; init; }
}
