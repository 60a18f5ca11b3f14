using System.Globalization;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Time;

namespace IronCage.State;

/// <summary>
/// The stores of one engine, by URL. Thread-safe. Accepted forms, as SQLAlchemy writes them:
/// null or <c>memory</c> (one shared store of this set); <c>sqlite:///PATH</c> (relative to the current directory); <c>sqlite:////PATH</c> (absolute), the latter two
/// with options behind a question mark: <c>heartbeat</c> (<see cref="SqliteStoreOptions.HeartbeatInterval"/>) and <c>expiry</c>
/// (<see cref="SqliteStoreOptions.HoldExpiry"/>), in seconds: <c>sqlite:///spend.db?heartbeat=5&amp;expiry=60</c>; and those of <see cref="RedisUrl"/>.
/// </summary>
public sealed class StoreSet : IDisposable
{
    private const string Forms = "use \"memory\", \"sqlite:///relative/path.db\", \"sqlite:////absolute/path.db\" or \"redis://host[:port][/database][?ns=NAME]\"";
    private const string SqlitePrefix = "sqlite:///";

    private readonly Lock _sync = new();
    private readonly Dictionary<string, SqliteStore> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RedisStore> _servers = new(StringComparer.Ordinal);
    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly IIdSource _ids;
    private bool _closed;

    /// <summary>Makes a set with nothing open but memory.</summary>
    /// <param name="clock">For all stores.</param>
    /// <param name="ids">For all stores.</param>
    /// <param name="options">For SQLite stores; null: the defaults.</param>
    /// <param name="warn">Told, in words, what was found wrong with a store and put right; null: nobody is. Called on any thread; must not throw.</param>
    public StoreSet(TimeProvider clock, IIdSource ids, SqliteStoreOptions? options = null, Action<string>? warn = null)
    {
        options?.Validate();
        _clock = clock;
        _ids = ids;
        _options = (options ?? new SqliteStoreOptions()) with { Warn = warn };
        Memory = new MemoryStore(clock, ids);
    }

    /// <summary>The store of everything that names no other.</summary>
    public MemoryStore Memory { get; }

    /// <summary>The store that the URL names: the same instance for the same file, or for the same namespace of a server, however the URL spells it. The set owns it: do not dispose it.</summary>
    /// <exception cref="ArgumentException">The URL has none of the accepted forms; the message names them.</exception>
    /// <exception cref="StoreException">The store cannot be opened.</exception>
    public IStore Open(string? url)
    {
        if (url is null or "memory")
        {
            lock (_sync)
                return _closed ? throw MemoryStore.Closed() : Memory;
        }
        if (RedisUrl.IsOne(url))
            return OpenRedis(RedisUrl.Parse(url));
        var path = SqliteFiles.Canonical(PathOf(url, out var options));
        lock (_sync)
        {
            if (_closed)
                throw StoreFaults.Closed(path);
            if (!_files.TryGetValue(path, out var store))
                _files.Add(path, store = new SqliteStore(path, options ?? _options, _clock, _ids));
            if (options is not null && options != store.Options)
                throw new ArgumentException("the store is already open in this process with another heartbeat or expiry; use the same everywhere");
            return store;
        }
    }

    /// <summary>The audit trail of a store that exists: a URL as of <see cref="Open"/>, or the path of an SQLite file. Nothing is made.</summary>
    /// <exception cref="ArgumentException">The text has none of the accepted forms, or the store keeps no audit trail.</exception>
    /// <exception cref="StoreException">There is no such file, or it cannot be opened.</exception>
    public IAuditLog OpenAudit(string urlOrPath) =>
        OpenExisting(urlOrPath).Audit ?? throw new ArgumentException("this store keeps no audit trail that can be read; name an SQLite store");

    /// <summary>An SQLite store that exists: its URL, or the path of its file. Nothing is made.</summary>
    /// <exception cref="ArgumentException">The text names another kind of store, or none.</exception>
    /// <exception cref="StoreException">There is no such file, or it cannot be opened.</exception>
    public SqliteStore OpenFile(string urlOrPath) => OpenExisting(urlOrPath) as SqliteStore ?? throw new ArgumentException("only an SQLite store can be checked; name one");

    /// <summary>A store that exists and outlives the process: a URL as of <see cref="Open"/>, or the path of an SQLite file. No file is made.</summary>
    /// <exception cref="ArgumentException">The text has none of the accepted forms, or names the memory.</exception>
    /// <exception cref="StoreException">There is no such file, or it cannot be opened.</exception>
    public IStore OpenDurable(string urlOrPath) =>
        OpenExisting(urlOrPath) is { IsDurable: true } store ? store : throw new ArgumentException("what is in memory only ends with its process; name an SQLite file or a Redis server");

    private IStore OpenExisting(string urlOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(urlOrPath);
        if (!IsUrl(urlOrPath))
        {
            RequireFile(SqliteFiles.Canonical(urlOrPath));
            if (urlOrPath.Contains('?', StringComparison.Ordinal))
                throw new ArgumentException("a path with a question mark could be taken for one with options; rename the file, or use a link to it");
            urlOrPath = SqlitePrefix + urlOrPath;
        }
        else if (urlOrPath.StartsWith(SqlitePrefix, StringComparison.Ordinal))
        {
            RequireFile(SqliteFiles.Canonical(PathOf(urlOrPath, out _)));
        }
        return Open(urlOrPath);
    }

    private static bool IsUrl(string text) => text == "memory" || text.StartsWith("sqlite:", StringComparison.Ordinal) || text.Contains("://", StringComparison.Ordinal);

    private static void RequireFile(string path)
    {
        if (!File.Exists(path))
            throw StoreFaults.Missing(path);
    }

    /// <summary>Waits until everything settled and appended so far, in every store of the set, is durable.</summary>
    /// <exception cref="StoreException">A store could not be written.</exception>
    public async ValueTask FlushAsync(CancellationToken cancel = default)
    {
        IStore[] stores;
        lock (_sync)
            stores = [.. _files.Values, .. _servers.Values];
        // Started together, so that a slow disk does not add to another; awaited one by one, so that the first failure is the one reported.
        var flushes = Array.ConvertAll(stores, store => store.FlushAsync(cancel).AsTask());
        await Task.WhenAll(flushes).ConfigureAwait(false);
    }

    /// <summary>Closes every store. Idempotent.</summary>
    public void Dispose()
    {
        IStore[] stores;
        lock (_sync)
        {
            _closed = true;
            stores = [.. _servers.Values, .. _files.Values];
            _files.Clear();
            _servers.Clear();
        }
        Memory.Dispose();
        foreach (var store in stores)
            store.Dispose();
    }

    private RedisStore OpenRedis(RedisStoreOptions options)
    {
        var place = RedisLedger.PlaceOf(options);
        lock (_sync)
        {
            if (_closed)
                throw new RedisFaults(options).Closed();
            if (!_servers.TryGetValue(place, out var store))
                _servers.Add(place, store = new RedisStore(options, _clock, _ids));
            if (options with { AuditPath = store.Options.AuditPath } != store.Options || (options.AuditPath is { } path && SqliteFiles.Canonical(path) != store.Options.AuditPath))
                throw new ArgumentException("the store is already open in this process with other options; use the same everywhere");
            return store;
        }
    }

    private string PathOf(string url, out SqliteStoreOptions? options)
    {
        options = null;
        if (!url.StartsWith(SqlitePrefix, StringComparison.Ordinal))
        {
            throw new ArgumentException(url.StartsWith("sqlite:", StringComparison.Ordinal)
                ? $"an SQLite store takes three slashes before a relative path and four before an absolute one; {Forms}"
                : $"unknown kind of store; {Forms}");
        }
        var path = url[SqlitePrefix.Length..];
        if (path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark)
        {
            options = OptionsOf(path[(mark + 1)..]);
            path = path[..mark];
        }
        if (path.Length == 0 || path.EndsWith('/'))
            throw new ArgumentException($"the store names no file; {Forms}");
        if (path == ":memory:")
            throw new ArgumentException($"an SQLite database in memory would serve nobody; write \"memory\" for budgets in this process's memory; {Forms}");
        return path;
    }

    private SqliteStoreOptions OptionsOf(string query)
    {
        var options = _options;
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            if (name is not ("heartbeat" or "expiry"))
                throw new ArgumentException($"a store has no option \"{name}\"; it takes heartbeat and expiry, in seconds: \"sqlite:///spend.db?heartbeat=5&expiry=60\"");
            if (!double.TryParse(part.AsSpan(equals + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds > 30 * 86400)
                throw new ArgumentException($"{name} is not a number of seconds");
            var time = TimeSpan.FromSeconds(seconds);
            options = name == "heartbeat" ? options with { HeartbeatInterval = time } : options with { HoldExpiry = time };
        }
        if (options.HeartbeatInterval < SqliteStoreOptions.LeastHeartbeat || options.HeartbeatInterval > SqliteStoreOptions.MostHeartbeat)
            throw new ArgumentException("heartbeat must be 0.01 to 3600 seconds");
        if (options.HoldExpiry < 3 * options.HeartbeatInterval)
            throw new ArgumentException("expiry must be three heartbeats at least, and 2592000 seconds (30 days) at most");
        return options;
    }
}
