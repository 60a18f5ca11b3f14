using IronCage.Core.Circuits;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>The copy in memory of the circuits of a store, and what is still to be told to it. The store does the trips.</summary>
/// <param name="name">Of this opening of the store, which no other has.</param>
/// <param name="clock">Its wall clock dates what is told.</param>
internal abstract class CircuitBoard(string name, TimeProvider clock) : ICircuitBoard
{
    private readonly Lock _sync = new();
    private readonly Dictionary<string, SharedCircuit> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CircuitPost> _untold = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CircuitPost> _last = new(StringComparer.Ordinal);
    private IReadOnlyCollection<SharedCircuit> _copy = [];
    private long _version;
    private long _seen;
    private int _members;
    private int _telling;

    /// <inheritdoc/>
    public long Version => Volatile.Read(ref _version);

    /// <inheritdoc/>
    public IReadOnlyCollection<SharedCircuit> Known
    {
        get
        {
            lock (_sync)
                return _copy;
        }
    }

    /// <summary>Whether anybody wants to know.</summary>
    public bool IsUsed => Volatile.Read(ref _members) > 0;

    /// <summary>The highest change that is known here.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    /// <summary>The time by which circuits are dated.</summary>
    protected long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public string Join()
    {
        var member = $"{name}:{Interlocked.Increment(ref _members)}";
        Tell(); // also asks what is known
        return member;
    }

    /// <inheritdoc/>
    public void Post(string by, string key, TimeSpan? openFor) =>
        Post(openFor is { } time ? new CircuitPost(by, key, CircuitChange.Opened, Now + (long)Math.Ceiling(time.TotalMilliseconds)) : new CircuitPost(by, key, CircuitChange.Closed, 0));

    /// <inheritdoc/>
    public void GiveBack(string by, string key) => Post(new CircuitPost(by, key, CircuitChange.GivenBack, 0));

    /// <inheritdoc/>
    public async ValueTask<bool> TryProbeAsync(string by, string key, TimeSpan lease)
    {
        // What this process has to say of the circuit goes first: it may be that it opened.
        await TellAsync().ConfigureAwait(false);
        return await ProbeAsync(by, key, (long)Math.Ceiling(lease.TotalMilliseconds)).ConfigureAwait(false);
    }

    /// <summary>What the store knows that changed since <see cref="Seen"/>.</summary>
    public void Learn(IReadOnlyCollection<SharedCircuit> changed)
    {
        if (changed.Count == 0)
            return;
        lock (_sync)
        {
            foreach (var circuit in changed)
            {
                if (_known.TryGetValue(circuit.Key, out var known) && known.Change >= circuit.Change)
                    continue;
                _known[circuit.Key] = circuit;
                _seen = Math.Max(_seen, circuit.Change);
            }
            _copy = [.. _known.Values];
        }
        Interlocked.Increment(ref _version);
    }

    /// <summary>Asks what is new, and tells what could not be told before. With the store's heartbeat; any thread; does not wait.</summary>
    public void Beat()
    {
        if (IsUsed)
            Tell();
    }

    /// <summary>Writes the posts, which may be none, and has <see cref="Learn"/> know what is new.</summary>
    protected abstract Task WriteAsync(IReadOnlyCollection<CircuitPost> posts);

    /// <summary>Asks for the probe, and has <see cref="Learn"/> know what is new.</summary>
    protected abstract Task<bool> ProbeAsync(string by, string key, long lease);

    private void Post(CircuitPost post)
    {
        lock (_sync)
        {
            // That a probe was given back is nothing beside the circuit's own change.
            if (post.What == CircuitChange.GivenBack && _untold.ContainsKey(post.Key))
                return;
            _untold[post.Key] = _last[post.Key] = post;
        }
        Tell();
    }

    private void Tell()
    {
        if (Interlocked.Exchange(ref _telling, 1) == 0)
            _ = TellQuietlyAsync();
    }

    private async Task TellQuietlyAsync()
    {
        try
        {
            Volatile.Write(ref _telling, 0); // what comes from here on is told by the next
            await TellAsync().ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // The circuits of this process go on by themselves; the next heartbeat tries again.
        }
    }

    private async Task TellAsync()
    {
        List<CircuitPost> posts;
        lock (_sync)
        {
            posts = [.. _untold.Values];
            _untold.Clear();
        }
        try
        {
            await WriteAsync(posts).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            lock (_sync)
            {
                foreach (var post in posts)
                {
                    if (_last.GetValueOrDefault(post.Key) == post) // else something newer was told meanwhile
                        _untold.TryAdd(post.Key, post);
                }
            }
            throw;
        }
        lock (_sync)
        {
            foreach (var post in posts)
            {
                if (_last.GetValueOrDefault(post.Key) == post)
                    _last.Remove(post.Key);
            }
        }
    }
}
