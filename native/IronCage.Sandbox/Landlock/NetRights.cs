namespace IronCage.Sandbox.Landlock;

/// <summary>Rights on ports (LANDLOCK_ACCESS_NET_*).</summary>
[Flags]
public enum NetRights : ulong
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Bind a TCP socket to a port (ABI 4).</summary>
    BindTcp = 1UL << 0,
    /// <summary>Connect a TCP socket to a port (ABI 4).</summary>
    ConnectTcp = 1UL << 1,
    /// <summary>Bind a UDP socket to a port (ABI 10).</summary>
    BindUdp = 1UL << 2,
    /// <summary>Connect a UDP socket or send to a port (ABI 10).</summary>
    ConnectSendUdp = 1UL << 3,
}
