using System.Collections.Concurrent;
using IronCage.Core.Control;

namespace IronCage.State;

/// <summary>Who in this process waits for decisions. Thread-safe.</summary>
internal sealed class ApprovalWaiters
{
    private readonly ConcurrentDictionary<string, Action<ApprovalDecision>> _waiting = new(StringComparer.Ordinal);

    /// <summary>Whether there is anybody.</summary>
    public bool Any => !_waiting.IsEmpty;

    public void Add(string id, Action<ApprovalDecision> told) => _waiting[id] = told;

    public void Remove(string id) => _waiting.TryRemove(id, out _);

    /// <summary>Tells those who wait for one of these, each once.</summary>
    public void Publish(IReadOnlyList<ApprovalDecision> decisions)
    {
        foreach (var decision in decisions)
        {
            if (_waiting.TryRemove(decision.Id, out var told))
                told(decision);
        }
    }
}
