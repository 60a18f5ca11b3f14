using System.Net.Sockets;

namespace IronCage.Sandbox.Proxying;

/// <summary>
/// The proxy of one tree: HTTP requests and CONNECT tunnels to the names of its policy, nothing else. It listens nowhere: it is given connections that were made for the programs of the tree
/// (<see cref="ProxyDoor"/>), so nobody else can use it.
/// </summary>
internal sealed class DomainProxy(DomainPolicy policy, INameResolver resolver) : IDisposable
{
    /// <summary>Connections at once.</summary>
    public const int MostConnections = 128;

    private const int MostTargets = 200;

    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Name, int Port), DomainUse> _uses = [];
    private readonly Dictionary<(string Target, string Option), long> _denials = [];
    private long _deniedMore;
    private int _open;

    public DomainPolicy Policy { get; } = policy;

    public INameResolver Resolver { get; } = resolver;

    /// <summary>Serves a connection and closes it. Returns at once.</summary>
    /// <returns>False: there are too many, or the tree has ended; nothing was taken.</returns>
    public bool TryServe(Socket client)
    {
        if (_ended.IsCancellationRequested)
            return false;
        if (Interlocked.Increment(ref _open) > MostConnections)
        {
            Interlocked.Decrement(ref _open);
            return false;
        }
        _ = Task.Run(() => ServeAsync(client));
        return true;
    }

    /// <summary>Closes all connections. What was counted stays.</summary>
    public void Dispose() => _ended.Cancel();

    /// <summary>A connection to a name has been made.</summary>
    public DomainUse Use(string name, int port)
    {
        lock (_gate)
        {
            // A wildcard lets a program make up names: those beyond are counted together.
            var key = _uses.ContainsKey((name, port)) || _uses.Count < MostTargets ? (name, port) : ("", 0);
            if (!_uses.TryGetValue(key, out var use))
                _uses[key] = use = new DomainUse();
            use.Connections++;
            return use;
        }
    }

    public void CountSent(DomainUse use, long bytes)
    {
        lock (_gate)
            use.BytesSent += bytes;
    }

    public void CountReceived(DomainUse use, long bytes)
    {
        lock (_gate)
            use.BytesReceived += bytes;
    }

    /// <summary>A request was refused.</summary>
    /// <param name="target">What it was for; empty where it cannot be told.</param>
    /// <param name="option">The option that would allow it; empty when none does.</param>
    public void Deny(string target, string option)
    {
        lock (_gate)
        {
            if (_denials.TryGetValue((target, option), out var count))
                _denials[(target, option)] = count + 1;
            else if (_denials.Count < MostTargets)
                _denials[(target, option)] = 1;
            else
                _deniedMore++;
        }
    }

    /// <summary>What was used so far, by name and port; the name "" for those beyond 200.</summary>
    public (string Name, int Port, long Connections, long BytesSent, long BytesReceived)[] Uses()
    {
        lock (_gate)
            return [.. _uses.Select(use => (use.Key.Name, use.Key.Port, use.Value.Connections, use.Value.BytesSent, use.Value.BytesReceived))];
    }

    /// <summary>What was refused so far, and how often; and how many refusals were of targets beyond 200.</summary>
    public ((string Target, string Option, long Count)[] Targets, long More) Denials()
    {
        lock (_gate)
            return ([.. _denials.Select(denial => (denial.Key.Target, denial.Key.Option, denial.Value))], _deniedMore);
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using (client)
                await new ProxyConnection(this, client).RunAsync(_ended.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
