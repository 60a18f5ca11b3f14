namespace IronCage.State;

/// <summary>Why the writer wakes.</summary>
[Flags]
internal enum Wake
{
    None = 0,

    /// <summary>There is something to decide or to write.</summary>
    Work = 1,

    /// <summary>Somebody waits for money: look whether another process settled.</summary>
    Poll = 2,

    /// <summary>Say that this owner lives.</summary>
    Heartbeat = 4,

    /// <summary>Somebody wants to read.</summary>
    Read = 8,
}
