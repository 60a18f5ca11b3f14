using IronCage.Core.Ledger;
using IronCage.Core.Tokens;

namespace IronCage.Safety.Tokens;

/// <summary>Values that were sealed and are not saved yet, of one or several vaults. One thread at a time.</summary>
public sealed class TokenBatch
{
    private readonly Dictionary<(TokenVault Vault, string Name), SealedValue> values = [];

    /// <summary>Whether there is nothing to save.</summary>
    public bool IsEmpty => values.Count == 0;

    /// <summary>Saves all of them, and forgets them.</summary>
    /// <returns>Null when there is nothing to wait for.</returns>
    /// <exception cref="StoreException">From the task: a store could not be written.</exception>
    public Task? Save()
    {
        if (values.Count == 0)
            return null;
        List<Task>? waits = null;
        foreach (IGrouping<TokenVault, KeyValuePair<(TokenVault Vault, string Name), SealedValue>> group in values.GroupBy(item => item.Key.Vault))
        {
            ValueTask writing = group.Key.SaveAsync([.. group.Select(item => item.Value)]);
            if (!writing.IsCompletedSuccessfully)
                (waits ??= []).Add(writing.AsTask());
        }

        values.Clear();
        return waits is null ? null : Task.WhenAll(waits);
    }

    internal bool Holds(TokenVault vault, string name) => values.ContainsKey((vault, name));

    internal void Add(TokenVault vault, SealedValue value) => values.Add((vault, value.Name), value);
}
