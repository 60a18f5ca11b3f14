using System.Net;
using System.Net.Sockets;

namespace IronCage.Sandbox.Proxying;

/// <summary>
/// Which addresses are of the public internet (the IANA special-purpose registries for IPv4 and IPv6). A name that an attacker controls may resolve to any address; the machine itself, its
/// network and the metadata service of a cloud are none that a list of public names means.
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] s_special =
    [
        .. ("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
            + "224.0.0.0/4 240.0.0.0/4").Split(' ').Select(text => IPNetwork.Parse(text)),
    ];

    // Only 2000::/3 is given out; of it, these lead elsewhere: protocol assignments with Teredo, documentation, 6to4, segment routing.
    private static readonly IPNetwork s_unicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] s_special6 = [.. "2001::/23 2001:db8::/32 2002::/16 3fff::/20".Split(' ').Select(text => IPNetwork.Parse(text))];

    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !Array.Exists(s_special, network => network.Contains(address));
        return address.AddressFamily == AddressFamily.InterNetworkV6 && s_unicast.Contains(address) && !Array.Exists(s_special6, network => network.Contains(address));
    }
}
