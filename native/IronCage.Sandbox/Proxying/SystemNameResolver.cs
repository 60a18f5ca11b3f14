using System.Net;
using System.Net.Sockets;

namespace IronCage.Sandbox.Proxying;

/// <summary>The resolver of this machine.</summary>
internal sealed class SystemNameResolver : INameResolver
{
    public async Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellation)
    {
        try
        {
            // The dot at the end keeps search domains out: the name that is allowed is the name that is asked for.
            return await Dns.GetHostAddressesAsync(name + ".", cancellation);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
