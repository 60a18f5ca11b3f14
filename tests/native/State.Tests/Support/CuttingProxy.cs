using System.Net;
using System.Net.Sockets;

namespace IronCage.State.Tests.Support;

/// <summary>Stands before a server on loopback, and cuts connections: before a request has reached the server, or before its answer has come back.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Random _random = new(11);
    private volatile int _cutsOutOf;
    private int _cutsAt;
    private int _pieces;

    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Of so many pieces, in either direction, about one is dropped, and its connection with it. 0: none.</summary>
    public void CutOneOf(int pieces) => _cutsOutOf = pieces;

    /// <summary>The n-th piece from now on, counted in both directions, is dropped, and its connection with it: before the server has had a request, or its answer has come back.</summary>
    public void CutAt(int piece)
    {
        lock (_random)
            (_cutsAt, _pieces, Cuts) = (piece, 0, 0);
    }

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient { NoDelay = true };
                client.NoDelay = true;
                try
                {
                    await server.ConnectAsync(IPAddress.Loopback, _target);
                }
                catch (SocketException)
                {
                    client.Dispose();
                    continue;
                }
                _ = Pump(client, server);
                _ = Pump(server, client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Pump(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is > 0 and var read)
            {
                lock (_random)
                {
                    if (++_pieces == _cutsAt || (_cutsOutOf > 0 && _random.Next(_cutsOutOf) == 0))
                    {
                        Cuts++;
                        break;
                    }
                }
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The other direction was cut.
        }
        from.Dispose();
        to.Dispose();
    }
}
