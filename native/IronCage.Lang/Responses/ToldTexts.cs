using IronCage.Core.Text;

namespace IronCage.Lang.Responses;

/// <summary>Which texts a stream has told, item by item, so that one that comes again is known. By 64-bit hashes of their bytes as they stand in the stream: one that is escaped in another way is taken for another.</summary>
internal sealed class ToldTexts
{
    private readonly Dictionary<ulong, (long Item, ulong Hash)> _growing = [];
    private readonly HashSet<ulong> _whole = [];
    private readonly Dictionary<long, int> _generations = [];

    /// <summary>How many items have begun at a place.</summary>
    public int Generation(long item) => _generations.GetValueOrDefault(item);

    /// <summary>An item begins at a place, where another may have been before.</summary>
    public void Begin(long item) => _generations[item] = Generation(item) + 1;

    /// <summary>A piece of the text of this key.</summary>
    public void Grow(ulong key, long item, ReadOnlySpan<byte> piece) =>
        _growing[key] = (item, Fnv1a.Add(_growing.TryGetValue(key, out var text) ? text.Hash : Fnv1a.Seed, piece));

    /// <summary>A whole text: whether its item has told it before, in pieces or whole.</summary>
    public bool Repeats(long item, ReadOnlySpan<byte> text)
    {
        var hash = Fnv1a.Add(Fnv1a.Seed, text);
        if (!_whole.Add(Fnv1a.Add(hash, (ulong)item)))
            return true;
        foreach (var (of, grown) in _growing.Values)
        {
            if (of == item && grown == hash)
                return true;
        }
        return false;
    }
}
