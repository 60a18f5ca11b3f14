using IronCage.Core.Tokens;

namespace IronCage.State;

/// <summary>The sealed values in an SQLite file, the newest <see cref="KeptAtHand"/> and at most <see cref="KeptBytes"/> of them at hand. Thread-safe.</summary>
internal sealed class SqliteTokenStore(SqliteFile file) : ITokenStore
{
    public const int KeptAtHand = 65_536;
    public const int KeptBytes = 32 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Name), Entry> _atHand = [];
    private readonly Queue<Entry> _oldest = new();
    private long _bytes;

    private sealed class Entry(SealedValue value, bool isKept)
    {
        public SealedValue Value => value;
        public bool IsKept { get; set; } = isKept;
    }

    public bool IsDurable => true;

    public SealedValue? Find(string tenant, string name, out bool isKept)
    {
        lock (_gate)
        {
            var entry = _atHand.GetValueOrDefault((tenant, name));
            isKept = entry is { IsKept: true };
            return entry?.Value;
        }
    }

    public async ValueTask<IReadOnlyList<SealedValue>> ReadAsync(string tenant, IReadOnlyCollection<string> names)
    {
        var found = await file.Request(transaction => transaction.Tokens.Read(tenant, names)).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var value in found)
            {
                // What was written meanwhile is newer.
                if (!_atHand.ContainsKey((value.Tenant, value.Name)))
                    Put(value, isKept: true);
            }
        }
        return found;
    }

    public async ValueTask WriteAsync(IReadOnlyList<SealedValue> values)
    {
        var entries = new List<Entry>(values.Count);
        lock (_gate)
        {
            foreach (var value in values)
                entries.Add(Put(value, isKept: false));
        }
        await file.Request(transaction =>
        {
            transaction.Tokens.Write(values, transaction.Now);
            return true;
        }).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var entry in entries)
                entry.IsKept = true; // where writing failed it stays at hand, and is written with its next use
        }
    }

    private Entry Put(SealedValue value, bool isKept)
    {
        var entry = new Entry(value, isKept);
        _atHand[(value.Tenant, value.Name)] = entry;
        _oldest.Enqueue(entry);
        _bytes += value.Sealed.Length;
        while (_oldest.Count > KeptAtHand || (_bytes > KeptBytes && _oldest.Count > 1))
        {
            var gone = _oldest.Dequeue();
            _bytes -= gone.Value.Sealed.Length;
            var key = (gone.Value.Tenant, gone.Value.Name);
            if (_atHand.GetValueOrDefault(key) == gone)
                _atHand.Remove(key);
        }
        return entry;
    }
}
