using IronCage.Core.Ledger;
using IronCage.Core.Time;

namespace IronCage.State;

/// <summary>
/// The stores of one engine, by URL. Thread-safe. Accepted forms, as SQLAlchemy writes them:
/// null or <c>memory</c> (one shared store of this set); <c>sqlite:///PATH</c> (relative to the current directory); <c>sqlite:////PATH</c> (absolute).
/// </summary>
public sealed class StoreSet : IDisposable
{
    private const string Forms = "use \"memory\", \"sqlite:///relative/path.db\" or \"sqlite:////absolute/path.db\"";
    private const string SqlitePrefix = "sqlite:///";

    private readonly Lock _sync = new();
    private readonly Dictionary<string, SqliteStore> _files = new(StringComparer.Ordinal);
    private readonly SqliteStoreOptions? _options;
    private readonly TimeProvider _clock;
    private readonly IIdSource _ids;
    private bool _closed;

    /// <summary>Makes a set with nothing open but memory.</summary>
    /// <param name="clock">For all stores.</param>
    /// <param name="ids">For all stores.</param>
    /// <param name="options">For SQLite stores; null: the defaults.</param>
    public StoreSet(TimeProvider clock, IIdSource ids, SqliteStoreOptions? options = null)
    {
        options?.Validate();
        _clock = clock;
        _ids = ids;
        _options = options;
        Memory = new MemoryStore(clock, ids);
    }

    /// <summary>The store of everything that names no other.</summary>
    public MemoryStore Memory { get; }

    /// <summary>The store that the URL names: the same instance for the same file, however the URL spells it. The set owns it: do not dispose it.</summary>
    /// <exception cref="ArgumentException">The URL has none of the accepted forms; the message names them.</exception>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    public IStore Open(string? url)
    {
        if (url is null or "memory")
        {
            lock (_sync)
                return _closed ? throw MemoryStore.Closed() : Memory;
        }
        var path = SqliteFiles.Canonical(PathOf(url));
        lock (_sync)
        {
            if (_closed)
                throw StoreFaults.Closed(path);
            if (!_files.TryGetValue(path, out var store))
                _files.Add(path, store = new SqliteStore(path, _options, _clock, _ids));
            return store;
        }
    }

    /// <summary>Waits until everything settled and appended so far, in every store of the set, is durable.</summary>
    /// <exception cref="StoreException">A store could not be written.</exception>
    public async ValueTask FlushAsync(CancellationToken cancel = default)
    {
        SqliteStore[] stores;
        lock (_sync)
            stores = [.. _files.Values];
        // Started together, so that a slow disk does not add to another; awaited one by one, so that the first failure is the one reported.
        var flushes = Array.ConvertAll(stores, store => store.FlushAsync(cancel).AsTask());
        await Task.WhenAll(flushes).ConfigureAwait(false);
    }

    /// <summary>Closes every store. Idempotent.</summary>
    public void Dispose()
    {
        SqliteStore[] stores;
        lock (_sync)
        {
            _closed = true;
            stores = [.. _files.Values];
            _files.Clear();
        }
        Memory.Dispose();
        foreach (var store in stores)
            store.Dispose();
    }

    private static string PathOf(string url)
    {
        if (url.StartsWith("redis://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"Redis stores are not built yet; {Forms}");
        if (!url.StartsWith(SqlitePrefix, StringComparison.Ordinal))
        {
            throw new ArgumentException(url.StartsWith("sqlite:", StringComparison.Ordinal)
                ? $"an SQLite store takes three slashes before a relative path and four before an absolute one; {Forms}"
                : $"unknown kind of store; {Forms}");
        }
        var path = url[SqlitePrefix.Length..];
        if (path.Length == 0 || path.EndsWith('/'))
            throw new ArgumentException($"the store names no file; {Forms}");
        if (path == ":memory:")
            throw new ArgumentException($"an SQLite database in memory would serve nobody; write \"memory\" for budgets in this process's memory; {Forms}");
        if (path.Contains('?', StringComparison.Ordinal))
            throw new ArgumentException($"a store takes no options after \"?\"; {Forms}");
        return path;
    }
}
