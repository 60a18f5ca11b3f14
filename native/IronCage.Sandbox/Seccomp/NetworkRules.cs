using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Seccomp;

/// <summary>
/// Which sockets can be made, and what can be done with them. Families, types and protocols are an allow list: MPTCP, SMC, SCTP, raw and packet sockets and UNIX sockets
/// would go past Landlock's ports.
/// </summary>
internal static class NetworkRules
{
    private const uint Unix = 1;
    private const uint TypeMask = 0xF;
    private const uint Stream = 1;
    private const uint Datagram = 2;
    private const uint Packets = 5;
    private const uint FastOpen = 0x2000_0000;
    private const uint LevelTcp = 6;
    private const uint UpperProtocol = 31;
    private const uint FastOpenConnect = 30;
    private const string Option = "allow_network";

    /// <summary>AF_INET and AF_INET6.</summary>
    private static readonly uint[] Families = [2, 10];

    /// <summary>0 is the type's own: TCP, UDP.</summary>
    private static readonly uint[] StreamProtocols = [0, 6];

    private static readonly uint[] DatagramProtocols = [0, 17];

    /// <summary>Where the flags of each sending call are.</summary>
    private static readonly (string Call, int Flags)[] SendingCalls = [("sendto", 3), ("sendmsg", 2), ("sendmmsg", 3)];

    public static IEnumerable<FilterRule> Rules(NetworkPolicy network, NetRights handled, bool supervised, bool proxied = false)
    {
        // A pair of datagram sockets could be sent and connected to any path; streams and packets stay connected to one another.
        foreach (var type in new[] { Stream, Packets })
            yield return new FilterRule("socketpair", [ArgumentCheck.Is(0, Unix), TypeIs(type)], FilterAction.Allow, "", null);
        yield return Denied("socketpair", "UNIX sockets of services, such as docker.sock or /dev/log", null);

        if (!network.IsOff)
        {
            foreach (var family in Families)
            {
                if (!network.Connect.IsEmpty || !network.Bind.IsEmpty || network.Dns)
                {
                    foreach (var protocol in StreamProtocols)
                        yield return new FilterRule("socket", [ArgumentCheck.Is(0, family), TypeIs(Stream), ArgumentCheck.Is(2, protocol)], FilterAction.Allow, "", null);
                }
                if (!network.Udp.IsEmpty)
                {
                    foreach (var protocol in DatagramProtocols)
                        yield return new FilterRule("socket", [ArgumentCheck.Is(0, family), TypeIs(Datagram), ArgumentCheck.Is(2, protocol)], FilterAction.Allow, "", null);
                }
            }
        }
        var isProxied = proxied && supervised && network.IsOff;
        if (isProxied)
        {
            // A client's socket, which nothing but the supervisor connects.
            foreach (var protocol in StreamProtocols)
                yield return new FilterRule("socket", [ArgumentCheck.Is(0, Families[0]), TypeIs(Stream), ArgumentCheck.Is(2, protocol)], FilterAction.Allow, "", null);
        }
        yield return Denied("socket", network.IsOff ? "the network is off" : "only TCP, and UDP where it is allowed: other sockets go past the list of ports", Option);
        foreach (var (call, flags) in SendingCalls)
            yield return Denied(call, "a connection would be opened with the first data, past the list of ports (MSG_FASTOPEN)", null, ArgumentCheck.HasAny(flags, FastOpen));
        // A socket that another protocol of the kernel takes over (tls, smc) is no TCP socket to Landlock any more.
        yield return Denied("setsockopt", "another protocol would take the socket over, past the list of ports (TCP_ULP)", null, ArgumentCheck.Is(1, LevelTcp), ArgumentCheck.Is(2, UpperProtocol));
        if (network.IsOff)
        {
            if (isProxied)
            {
                yield return new FilterRule("connect", [], FilterAction.Notify(NotifyPurpose.ConnectProxy), "only the proxy of the sandbox", Option);
                yield return Denied("setsockopt", "the connection would be made later, with the first data (TCP_FASTOPEN_CONNECT)", null, ArgumentCheck.Is(1, LevelTcp), ArgumentCheck.Is(2, FastOpenConnect));
            }
            else
                yield return Denied("connect", "the network is off", Option);
            yield return Denied("sendto", "the network is off", Option, ArgumentCheck.NotNull(4));
        }
        foreach (var rule in ServerRules(network, handled, supervised))
            yield return rule;
    }

    private static IEnumerable<FilterRule> ServerRules(NetworkPolicy network, NetRights handled, bool supervised)
    {
        // Clients of UDP bind, too; that TCP sockets do not is Landlock's then.
        if (network.Bind.IsEmpty && (network.Udp.IsEmpty || !handled.HasFlag(NetRights.BindTcp)))
            yield return Denied("bind", "no port may be listened on", Option);
        if (network.Bind.IsEmpty)
            yield return Denied("listen", "no port may be listened on", Option);
        else if (!network.Bind.Any && supervised)
            // A socket that was not bound listens on a port of the kernel's choice.
            yield return new FilterRule("listen", [], FilterAction.Notify(NotifyPurpose.Listen), "only ports of the list", Option);
    }

    private static ArgumentCheck TypeIs(uint type) => new(1, false, ArgumentTest.Equal, TypeMask, type);

    private static FilterRule Denied(string call, string reason, string? option, params ImmutableArray<ArgumentCheck> checks) =>
        new(call, checks, FilterAction.Error(Errors.AccessDenied), reason, option);
}
