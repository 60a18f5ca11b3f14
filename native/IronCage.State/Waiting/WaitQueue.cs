using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// Holds that are not decided yet, in order of arrival. Not thread-safe: a lock of its owner guards it.
/// </summary>
internal sealed class WaitQueue
{
    private readonly LinkedList<Waiter> _waiters = new();

    public int Count => _waiters.Count;

    public void Enqueue(Waiter waiter) => waiter.Node = _waiters.AddLast(waiter);

    /// <summary>Takes the waiter out; false when somebody else already did, and so decides its fate.</summary>
    public bool Remove(Waiter waiter)
    {
        if (waiter.Node is not { } node)
            return false;
        _waiters.Remove(node);
        waiter.Node = null;
        return true;
    }

    /// <summary>Takes everybody out.</summary>
    public void Drain(List<Waiter> into)
    {
        while (_waiters.First is { } node)
        {
            into.Add(node.Value);
            Remove(node.Value);
        }
    }

    /// <summary>Those in the queue, in order of arrival.</summary>
    public void CopyTo(List<Waiter> waiters) => waiters.AddRange(_waiters);
}
