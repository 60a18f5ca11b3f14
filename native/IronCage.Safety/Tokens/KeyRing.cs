namespace IronCage.Safety.Tokens;

/// <summary>The key that names and seals, and those that still open what they sealed once. Immutable.</summary>
public sealed class KeyRing
{
    private readonly SafetyKey[] keys;

    /// <summary>Makes a ring; the first key is the current one.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public KeyRing(params ReadOnlySpan<SafetyKey> keys)
    {
        if (keys.Length == 0)
            throw new ArgumentException("a ring has at least one key", nameof(keys));
        this.keys = keys.ToArray();
    }

    /// <summary>The one that names and seals.</summary>
    public SafetyKey Current => keys[0];

    /// <summary>The one with that id; null if it is none of these.</summary>
    public SafetyKey? Find(string id) => Array.Find(keys, key => key.Id == id);

    /// <summary>The ids in order, for comparing rings.</summary>
    public string Identity => string.Join(',', keys.Select(key => key.Id));
}
