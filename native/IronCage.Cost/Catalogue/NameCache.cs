using System.Collections.Concurrent;

namespace IronCage.Cost;

/// <summary>Names that were resolved, up to a bound. Thread-safe; a hit allocates nothing.</summary>
internal sealed class NameCache
{
    private readonly ConcurrentDictionary<byte[], ModelEntry> entries = new(Utf8NameComparer.Instance);
    private readonly ConcurrentDictionary<byte[], ModelEntry>.AlternateLookup<ReadOnlySpan<byte>> bySpan;
    private readonly int most;
    private int count;

    public NameCache(int most)
    {
        this.most = most;
        bySpan = entries.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public ModelEntry? Find(ReadOnlySpan<byte> name) => bySpan.TryGetValue(name, out var entry) ? entry : null;

    public void Add(ReadOnlySpan<byte> name, ModelEntry entry)
    {
        if (Volatile.Read(ref count) < most && bySpan.TryAdd(name, entry))
            Interlocked.Increment(ref count);
    }
}
