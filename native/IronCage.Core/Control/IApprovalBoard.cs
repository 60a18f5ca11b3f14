using IronCage.Core.Ledger;

namespace IronCage.Core.Control;

/// <summary>The uses of tools that wait for approval, as a durable store shows them to other processes, which decide. Thread-safe.</summary>
public interface IApprovalBoard
{
    /// <summary>Shows one, until <see cref="Remove"/>.</summary>
    /// <param name="note">What waits.</param>
    /// <param name="told">Given the decision, within about a second, on a thread of the store that it must not keep.</param>
    /// <exception cref="StoreException">It could not be written: others will not see it.</exception>
    ValueTask PostAsync(ApprovalNote note, Action<ApprovalDecision> told);

    /// <summary>Nobody waits for it any more. Written behind.</summary>
    void Remove(string id);

    /// <summary>Decides about one. The first decision stays.</summary>
    /// <returns>False: none of that id waits, or somebody decided before.</returns>
    /// <exception cref="StoreException">It could not be written.</exception>
    ValueTask<bool> DecideAsync(ApprovalDecision decision);

    /// <summary>What waits and is not decided.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    ValueTask<IReadOnlyList<ApprovalNote>> ReadAsync();
}
