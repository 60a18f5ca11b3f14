namespace IronCage.Core.Events;

/// <summary>Where rooms report what happened. Never blocks, never throws, may drop the oldest under pressure (and counts what it dropped).</summary>
public interface IEventSink
{
    void Emit(RuntimeEvent e);
}
