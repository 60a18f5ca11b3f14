namespace IronCage.Sandbox.Landlock;

/// <summary>What does not reach beyond a domain (LANDLOCK_SCOPE_*, ABI 6).</summary>
[Flags]
public enum Scopes : ulong
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Connections to abstract UNIX sockets of processes outside.</summary>
    AbstractUnixSocket = 1UL << 0,
    /// <summary>Signals to processes outside.</summary>
    Signal = 1UL << 1,
}
