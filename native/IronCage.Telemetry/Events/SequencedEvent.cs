using IronCage.Core.Events;

namespace IronCage.Telemetry;

/// <summary>A drained event.</summary>
/// <param name="Sequence">Its place among all events of the ring, from 1, without gaps but where events were dropped.</param>
/// <param name="Event">The event.</param>
public readonly record struct SequencedEvent(long Sequence, RuntimeEvent Event);
