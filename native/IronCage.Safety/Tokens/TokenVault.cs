using IronCage.Core.Entropy;
using IronCage.Core.Ledger;
using IronCage.Core.Tokens;

namespace IronCage.Safety.Tokens;

/// <summary>
/// Makes tokens, hashes and digests of found values, and opens tokens again. What it makes depends on key, tenant, kind and value alone: it is the same in every
/// call and every process. Thread-safe.
/// </summary>
public sealed class TokenVault
{
    private readonly IRandomSource random;
    private readonly ITokenStore store;

    /// <summary>Makes a vault over a store.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="tenant">Whose values; without NUL.</param>
    /// <param name="store">Where sealed values live.</param>
    /// <param name="random">Gives nonces.</param>
    public TokenVault(KeyRing keys, string tenant, ITokenStore store, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(random);
        Keys = keys;
        Tenant = tenant;
        this.store = store;
        this.random = random;
    }

    /// <summary>The keys.</summary>
    public KeyRing Keys { get; }

    /// <summary>Whose values.</summary>
    public string Tenant { get; }

    /// <summary>Whether both name and open the same tokens.</summary>
    public bool IsSameAs(TokenVault other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ReferenceEquals(this, other) || (ReferenceEquals(store, other.store) && Tenant == other.Tenant && Keys.Identity == other.Keys.Identity);
    }

    /// <summary>The token of a value. If the store may not have it yet, it is added to <paramref name="batch"/>, to be saved before the token goes where it may come back from.</summary>
    public byte[] Tokenise(PiiKind kind, ReadOnlySpan<byte> value, TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(batch);
        string name = TokenForm.Name(kind, Keys.Current.TokenCode(Tenant, kind.Name, value));
        if (!batch.Holds(this, name) && !IsKept(name, value))
            batch.Add(this, Seal(kind.Name, name, value));
        return TokenForm.Write(name);
    }

    /// <summary>What stands for a value that nobody is to have back, such as <c>[EMAIL_HASH_KJ7Q2ZP4M0XNT5WA]</c>.</summary>
    public byte[] Hash(PiiKind kind, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return TokenForm.WriteHash(kind, Keys.Current.HashCode(Tenant, kind.Name, value));
    }

    /// <summary>What the audit trail keeps of a value.</summary>
    public string Digest(PiiKind kind, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return Keys.Current.Digest(Tenant, kind.Name, value);
    }

    /// <summary>Opens the token of that name, of those at hand; never waits.</summary>
    public OpenedToken Open(string name)
    {
        return store.Find(Tenant, name, out _) is { } row ? Open(row) : OpenedToken.Unknown;
    }

    /// <summary>Brings those of the tokens to hand that are not; see <see cref="ITokenStore.ReadAsync"/>.</summary>
    /// <returns>Null when there is nothing to wait for.</returns>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public Task? Bring(IEnumerable<string> names)
    {
        if (!store.IsDurable)
            return null;
        var missing = new HashSet<string>(names.Where(name => store.Find(Tenant, name, out _) is null), StringComparer.Ordinal);
        if (missing.Count == 0)
            return null;
        ValueTask<IReadOnlyList<SealedValue>> reading = store.ReadAsync(Tenant, missing);
        return reading.AsTask();
    }

    internal ValueTask SaveAsync(IReadOnlyList<SealedValue> values) => store.WriteAsync(values);

    private bool IsKept(string name, ReadOnlySpan<byte> value)
    {
        // What is at hand may be damaged, or sealed with an old key: then it is sealed anew.
        return store.Find(Tenant, name, out bool isKept) is { } row && isKept && row.KeyId == Keys.Current.Id
            && Keys.Current.Open(Tenant, row.Kind, name, row.Sealed.Span) is { } known && value.SequenceEqual(known);
    }

    private OpenedToken Open(SealedValue row)
    {
        if (Keys.Find(row.KeyId) is not { } key)
            return new OpenedToken(TokenState.OtherKey, row.Kind, null);
        if (key.Open(Tenant, row.Kind, row.Name, row.Sealed.Span) is not { } value)
            return new OpenedToken(TokenState.Damaged, row.Kind, null);
        if (key != Keys.Current)
            SealAnew(row, value);
        return new OpenedToken(TokenState.Opened, row.Kind, value);
    }

    /// <summary>With the current key, so that the old one can go one day.</summary>
    private void SealAnew(SealedValue row, byte[] value)
    {
        ValueTask writing = store.WriteAsync([Seal(row.Kind, row.Name, value)]);
        if (!writing.IsCompletedSuccessfully)
            writing.AsTask().ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default); // it stays under the old one
    }

    private SealedValue Seal(string kind, string name, ReadOnlySpan<byte> value) =>
        new(Tenant, name, kind, Keys.Current.Id, Keys.Current.Seal(Tenant, kind, name, value, random));
}
