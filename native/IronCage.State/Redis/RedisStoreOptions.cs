using System.Buffers;

namespace IronCage.State;

/// <summary>Which Redis server, as whom, and how. As a URL: <see cref="RedisUrl"/>.</summary>
public sealed record RedisStoreOptions
{
    private static readonly SearchValues<char> NamespaceCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    internal static readonly TimeSpan LeastHeartbeat = TimeSpan.FromMilliseconds(50);
    internal static readonly TimeSpan MostHeartbeat = TimeSpan.FromHours(1);

    /// <summary>Name or address of the server.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535. Default 6379.</summary>
    public int Port { get; init; } = 6379;

    /// <summary>Whether the connection is encrypted; the server's certificate must be valid for <see cref="Host"/> and signed by somebody whom this machine trusts.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Of Redis 6 ACLs. Null: the server's <c>default</c>.</summary>
    public string? User { get; init; }

    /// <summary>Null for none. Appears in no message.</summary>
    public string? Password { get; init; }

    /// <summary>The number of the database. 0 to 65535; default 0.</summary>
    public int Database { get; init; }

    /// <summary>Budgets of one namespace have nothing to do with those of another. 1 to 64 of A-Z, a-z, 0-9, "." "_" "-". Default "default".</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>
    /// Whether the process takes parts of its budgets for itself, so that most calls need no trip to the server. Default true. Without, each call asks the server.
    /// </summary>
    public bool UsesLeases { get; init; } = true;

    /// <summary>Default <see cref="RedisOutage.Lease"/>.</summary>
    public RedisOutage Outage { get; init; }

    /// <summary>
    /// Whether a namespace that does not exist is made. Default true. False: a server that was emptied is noticed by every process, also by one that just started.
    /// </summary>
    public bool MayCreate { get; init; } = true;

    /// <summary>How often a process says that it lives, and tells at the latest what it spent. Default 5 s; 50 ms to 1 h.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a process may be silent before its lease is booked as spent, in full. Default 60 s; at least three heartbeats, at most 30 days.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an answer, or a connection that was lost, is waited for. Default 5 s; 10 ms to 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>SQLite file of this machine that keeps the audit trail of its processes. Null: the newest 10,000 entries in memory.</summary>
    public string? AuditPath { get; init; }

    /// <summary>Throws <see cref="ArgumentException"/> that names the option and its range.</summary>
    internal void Validate()
    {
        if (string.IsNullOrEmpty(Host))
            throw new ArgumentException("the Redis store names no host");
        if (Port is < 1 or > 65535)
            throw new ArgumentException("the port of a Redis store must be 1 to 65535");
        if (Database is < 0 or > 65535)
            throw new ArgumentException("the database of a Redis store must be a number, 0 to 65535");
        if (Namespace.Length is < 1 or > 64 || Namespace.AsSpan().ContainsAnyExcept(NamespaceCharacters))
            throw new ArgumentException("ns must be 1 to 64 letters, digits, dots, underscores or hyphens");
        if (HeartbeatInterval < LeastHeartbeat || HeartbeatInterval > MostHeartbeat)
            throw new ArgumentException("heartbeat must be 0.05 to 3600 seconds");
        if (Expiry < 3 * HeartbeatInterval || Expiry > TimeSpan.FromDays(30))
            throw new ArgumentException("expiry must be three heartbeats at least, and 2592000 seconds (30 days) at most");
        if (Timeout < TimeSpan.FromMilliseconds(10) || Timeout > TimeSpan.FromMinutes(10))
            throw new ArgumentException("timeout must be 0.01 to 600 seconds");
    }
}
