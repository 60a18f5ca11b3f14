namespace IronCage.State;

/// <summary>Times of an SQLite store. All processes that share a file should use the same.</summary>
public sealed record SqliteStoreOptions
{
    internal static readonly TimeSpan LeastHeartbeat = TimeSpan.FromMilliseconds(10);
    internal static readonly TimeSpan MostHeartbeat = TimeSpan.FromHours(1);

    /// <summary>How often a process that has open holds says that it lives. Default 5 s; 10 ms to 1 h.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a process may be silent before the others book its open holds as spent, in full. Default 60 s; at least three heartbeats, at most 30 days.
    /// </summary>
    public TimeSpan HoldExpiry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a hold waits for a file that another process has locked, before it fails. Default 5 s; 1 ms to 10 min.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often settlements of other processes are looked for while a hold waits for money. Default 20 ms; 1 ms to 1 min.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How long settlements and audit entries may wait for a transaction that somebody waits for, before they get one of their own. Default 5 ms; 0 to 10 s.
    /// </summary>
    public TimeSpan WriteBehindDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Told what was found wrong with a file and put right, in words.</summary>
    internal Action<string>? Warn { get; init; }

    /// <summary>See <see cref="IStatementProbe"/>.</summary>
    internal IStatementProbe? Probe { get; init; }

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> that names the option and its range.</summary>
    internal void Validate()
    {
        Check(nameof(HeartbeatInterval), HeartbeatInterval, LeastHeartbeat, MostHeartbeat);
        Check(nameof(HoldExpiry), HoldExpiry, 3 * HeartbeatInterval, TimeSpan.FromDays(30));
        Check(nameof(BusyTimeout), BusyTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10));
        Check(nameof(PollInterval), PollInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Check(nameof(WriteBehindDelay), WriteBehindDelay, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static void Check(string name, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {least} to {most}");
    }
}
