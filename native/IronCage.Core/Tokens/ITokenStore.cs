using IronCage.Core.Ledger;

namespace IronCage.Core.Tokens;

/// <summary>Where sealed values live: memory, or a file. Thread-safe.</summary>
public interface ITokenStore
{
    /// <summary>Whether they survive the process.</summary>
    bool IsDurable { get; }

    /// <summary>The value under a name, of those that are at hand; never waits.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="name">The token's.</param>
    /// <param name="isKept">Whether its writing has ended, so that it lives as long as the store.</param>
    /// <returns>Null: there is none, or, in a durable store, it has to be read (<see cref="ReadAsync"/>).</returns>
    SealedValue? Find(string tenant, string name, out bool isKept);

    /// <summary>Brings what the store has under these names to hand, as far as there is room; names that it does not have are left out.</summary>
    /// <returns>What it has; a row that somebody damaged comes as it is.</returns>
    /// <exception cref="StoreException">It cannot be read.</exception>
    ValueTask<IReadOnlyList<SealedValue>> ReadAsync(string tenant, IReadOnlyCollection<string> names);

    /// <summary>Keeps these, instead of what there was under their names. They are at hand at once, and in the store when the task has ended.</summary>
    /// <exception cref="StoreException">They could not be written.</exception>
    ValueTask WriteAsync(IReadOnlyList<SealedValue> values);
}
