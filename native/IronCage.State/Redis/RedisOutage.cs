namespace IronCage.State;

/// <summary>What becomes of calls while the Redis server cannot be reached.</summary>
public enum RedisOutage
{
    /// <summary>They go as long as the process's lease pays for them; the others wait for the server as long as <see cref="RedisStoreOptions.Timeout"/> and are then refused.</summary>
    Lease = 0,

    /// <summary>They are refused at once, whatever the lease.</summary>
    Refuse = 1,
}
