using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Proxying;

/// <summary>
/// Connects a program's socket to its proxy. The address that programs are told (<see cref="Url"/>) is only a name for it: nothing listens there. The connection is made here, over a port of the
/// loopback that listens for this one connection and takes no other, so that no other process of the machine can use the proxy.
/// </summary>
internal static unsafe class ProxyDoor
{
    /// <summary>What programs find in HTTP_PROXY and HTTPS_PROXY.</summary>
    public const string Url = "http://127.0.0.1:3128";

    private const int LevelSocket = 1, Protocol = 38, Domain = 39;
    private const int InternetFamily = 2, Tcp = 6;
    private const int AddressLength = 16;
    private const int MostStrangers = 16;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Whether a sockaddr is the address of <see cref="Url"/>.</summary>
    public static bool IsMeant(ReadOnlySpan<byte> address) =>
        address.Length >= 8 && BinaryPrimitives.ReadUInt16LittleEndian(address) == InternetFamily && BinaryPrimitives.ReadUInt16BigEndian(address[2..]) == 3128
        && address[4..8].SequenceEqual<byte>([127, 0, 0, 1]);

    /// <summary>Connects a TCP socket over IPv4 and gives the other end.</summary>
    /// <param name="socket">A descriptor of the program's socket; borrowed.</param>
    /// <param name="other">The proxy's end.</param>
    /// <returns>errno; 0 when it is connected.</returns>
    public static int Connect(int socket, out Socket? other)
    {
        other = null;
        if (Option(socket, Domain) != InternetFamily || Option(socket, Protocol) != Tcp)
            return Errors.AccessDenied;
        try
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(8);
            var address = stackalloc byte[AddressLength];
            *(ushort*)address = InternetFamily;
            BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + 2, 2), (ushort)((IPEndPoint)listener.LocalEndPoint!).Port);
            (address[4], address[7]) = (127, 1);
            // A socket that does not block is connected all the same: the loopback answers before the call returns.
            if (Libc.Connect(socket, address, AddressLength) != 0 && Libc.Errno != Errors.InProgress)
                return Libc.Errno;
            uint length = AddressLength;
            if (Libc.GetSocketName(socket, address, &length) != 0)
                return Libc.Errno;
            var port = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(address + 2, 2));
            for (var stranger = 0; stranger < MostStrangers && listener.Poll(s_patience, SelectMode.SelectRead); stranger++)
            {
                var accepted = listener.Accept();
                if (accepted.RemoteEndPoint is IPEndPoint { Port: var from } && from == port)
                {
                    accepted.NoDelay = true;
                    other = accepted;
                    return 0;
                }
                accepted.Dispose();
            }
        }
        catch (SocketException)
        {
            // Out of descriptors, or of ports.
        }
        return Errors.Refused;
    }

    private static int Option(int socket, int name)
    {
        int value;
        uint length = sizeof(int);
        return Libc.GetSocketOption(socket, LevelSocket, name, &value, &length) == 0 ? value : -1;
    }
}
