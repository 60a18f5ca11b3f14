namespace IronCage.Sandbox.Policy;

/// <summary>What the network may be used for. The default is nothing at all.</summary>
public sealed record NetworkPolicy
{
    /// <summary>No network: no socket can be made, but for a pair that is connected to itself (socketpair).</summary>
    public static NetworkPolicy Off { get; } = new();

    /// <summary>TCP ports that may be connected to, at any address.</summary>
    public PortSet Connect { get; init; } = PortSet.None;

    /// <summary>TCP ports that may be listened on, at any address of the machine.</summary>
    public PortSet Bind { get; init; } = PortSet.None;

    /// <summary>UDP ports that may be sent to. Single ports need Landlock ABI 10; <see cref="PortSet.All"/> needs nothing, as nothing is checked.</summary>
    public PortSet Udp { get; init; } = PortSet.None;

    /// <summary>Names are resolved over TCP: port 53 may be connected to, and glibc is told so (RES_OPTIONS=use-vc). Default false.</summary>
    public bool Dns { get; init; }

    /// <summary>Whether no socket may be made.</summary>
    public bool IsOff => Connect.IsEmpty && Bind.IsEmpty && Udp.IsEmpty && !Dns;
}
