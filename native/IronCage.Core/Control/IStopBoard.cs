using IronCage.Core.Audit;
using IronCage.Core.Ledger;

namespace IronCage.Core.Control;

/// <summary>Which agents were stopped by hand, as a durable store keeps it for every process that shares it. Thread-safe.</summary>
public interface IStopBoard
{
    /// <summary>Keeps the mark, durable when the task ends, unless its agent has one already: the first reason stays.</summary>
    /// <param name="mark">Who was stopped, and why.</param>
    /// <param name="audit">Written with the mark, if that is new.</param>
    /// <returns>Whether it is new.</returns>
    /// <exception cref="StoreException">It could not be written.</exception>
    ValueTask<bool> StopAsync(StopMark mark, AuditEntry audit);

    /// <summary>Takes the agent's mark away.</summary>
    /// <param name="agent">The agent's id.</param>
    /// <param name="audit">Written with it, if there was one.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="StoreException">It could not be written.</exception>
    ValueTask<bool> ResumeAsync(string agent, AuditEntry audit);

    /// <summary>All marks, by agent.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    ValueTask<IReadOnlyList<StopMark>> ReadAsync();

    /// <summary>Tells of the agent's mark until it is disposed: before this returns if there is one, and whenever it changes, whichever process changed it, within about a second.</summary>
    /// <param name="agent">The agent's id.</param>
    /// <param name="told">Given the mark, or null where it was taken away: in the order of the store's states, on a thread of the store that it must not keep.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    IDisposable Watch(string agent, Action<StopMark?> told);
}
