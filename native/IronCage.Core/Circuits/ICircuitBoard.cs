using IronCage.Core.Ledger;

namespace IronCage.Core.Circuits;

/// <summary>
/// The circuits that all users of a store share. What is known of them is a copy in memory that costs no trip to read: it is brought up to date with the trips that are made for money, with the
/// store's heartbeat, and where the store can tell its users, at once. Thread-safe; only <see cref="TryProbeAsync"/> waits for the store.
/// </summary>
public interface ICircuitBoard
{
    /// <summary>Changes when what is known changes.</summary>
    long Version { get; }

    /// <summary>What is known now, of every circuit that ever opened and was not closed long ago.</summary>
    IReadOnlyCollection<SharedCircuit> Known { get; }

    /// <summary>From now on the copy is brought up to date.</summary>
    /// <returns>A name for whoever joins, which no other has.</returns>
    string Join();

    /// <summary>Tells everybody that a circuit opened, or closed. Never blocks: where the store cannot be reached it is told later, and what is newer replaces it.</summary>
    /// <param name="by">Who says so.</param>
    /// <param name="key">The circuit.</param>
    /// <param name="openFor">How long it refuses; null: it closed.</param>
    void Post(string by, string key, TimeSpan? openFor);

    /// <summary>Asks for the one probe that a circuit lets through, whoever uses the store.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="key">The circuit.</param>
    /// <param name="lease">For how long nobody else may have it, unless something is posted: its process may die.</param>
    /// <returns>False: another has it, or the circuit changed, which <see cref="Known"/> tells by then. True also where nothing is known of the circuit.</returns>
    /// <exception cref="StoreException">The store cannot be reached.</exception>
    ValueTask<bool> TryProbeAsync(string by, string key, TimeSpan lease);

    /// <summary>A probe ended without a result: the next may have it. Never blocks.</summary>
    void GiveBack(string by, string key);
}
