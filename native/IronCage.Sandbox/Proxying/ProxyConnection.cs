using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IronCage.Sandbox.Proxying;

/// <summary>One connection of a program to the proxy: one request, judged, resolved, connected to, passed on.</summary>
/// <param name="proxy">Whose.</param>
/// <param name="client">The program's end.</param>
internal sealed class ProxyConnection(DomainProxy proxy, Socket client)
{
    private static readonly TimeSpan s_headTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_connectTime = TimeSpan.FromSeconds(15);
    private const int BufferSize = 32 << 10;

    private readonly ProxyReader _reader = new(client);

    /// <summary>Until either side is done.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await ServeAsync(cancellation);
        }
        catch (ProxyRefusalException refusal)
        {
            if (refusal.Status != 502)
                proxy.Deny(refusal.Target, refusal.Option);
            await RefuseAsync(refusal, cancellation);
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone, or the tree is.
        }
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        byte[]? head;
        using (var time = Within(s_headTime, cancellation))
            head = await _reader.HeadAsync(time.Token);
        if (head is null)
            return;
        var request = ProxyRequestParser.Parse(head);
        var target = $"{request.Name}:{request.Port}";
        if (!proxy.Policy.Allows(request.Name, request.Port))
            throw new ProxyRefusalException(403, $"{target} is not in allowed_domains", target, "allowed_domains");
        using var server = await ConnectAsync(request, target, cancellation);
        var use = proxy.Use(request.Name, request.Port);
        if (request.IsTunnel)
            await SendAsync(client, "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), cancellation);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var back = BackAsync(server, use, both);
        try
        {
            if (request.IsTunnel)
                await TunnelAsync(server, use, both.Token);
            else
                await RequestAsync(request, server, use, both.Token);
        }
        catch
        {
            // Half a request is none: the host must not take it for a whole one.
            await both.CancelAsync();
            throw;
        }
        finally
        {
            await back;
        }
    }

    /// <summary>Resolves once and connects to what was resolved, so that nobody can say another address the second time.</summary>
    private async Task<Socket> ConnectAsync(ProxyRequest request, string target, CancellationToken cancellation)
    {
        using var time = Within(s_connectTime, cancellation);
        IPAddress[] addresses;
        if (proxy.Policy.Hosts.TryGetValue(request.Name, out var given))
            addresses = [.. given];
        else
        {
            try
            {
                addresses = await proxy.Resolver.ResolveAsync(request.Name, time.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new ProxyRefusalException(502, $"{request.Name} could not be resolved in time", target);
            }
            if (addresses.Length == 0)
                throw new ProxyRefusalException(502, $"{request.Name} cannot be resolved", target);
            addresses = Array.FindAll(addresses, PublicAddresses.Contains);
            if (addresses.Length == 0)
                throw new ProxyRefusalException(403, $"{request.Name} has only addresses that are not of the public internet; extra_hosts can name one that is meant", target, "extra_hosts");
        }
        foreach (var address in addresses)
        {
            var server = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await server.ConnectAsync(new IPEndPoint(address, request.Port), time.Token);
                return server;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                server.Dispose();
                if (time.IsCancellationRequested)
                    break;
            }
        }
        cancellation.ThrowIfCancellationRequested();
        throw new ProxyRefusalException(502, $"{target} cannot be connected to", target);
    }

    private async Task RequestAsync(ProxyRequest request, Socket server, DomainUse use, CancellationToken cancellation)
    {
        await PassAsync(Encoding.ASCII.GetBytes(request.Head));
        if (request.IsChunked)
            await _reader.CopyChunksAsync(PassAsync, cancellation);
        else
            await _reader.CopyAsync(request.ContentLength, PassAsync, cancellation);
        // Nothing more is read: a second request in the same connection would be judged by nobody.

        async Task PassAsync(ReadOnlyMemory<byte> part)
        {
            await SendAsync(server, part, cancellation);
            proxy.CountSent(use, part.Length);
        }
    }

    private async Task TunnelAsync(Socket server, DomainUse use, CancellationToken cancellation)
    {
        while (await _reader.NextAsync(cancellation) is { IsEmpty: false } part)
        {
            await SendAsync(server, part, cancellation);
            proxy.CountSent(use, part.Length);
        }
        server.Shutdown(SocketShutdown.Send);
    }

    /// <summary>What the host answers, until it is done. Nothing more is sent to it then.</summary>
    private async Task BackAsync(Socket server, DomainUse use, CancellationTokenSource both)
    {
        try
        {
            var buffer = new byte[BufferSize];
            while (await server.ReceiveAsync(buffer, SocketFlags.None, both.Token) is > 0 and var read)
            {
                await SendAsync(client, buffer.AsMemory(0, read), both.Token);
                proxy.CountReceived(use, read);
            }
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone.
            await both.CancelAsync();
        }
    }

    private async Task RefuseAsync(ProxyRefusalException refusal, CancellationToken cancellation)
    {
        var phrase = refusal.Status switch { 400 => "Bad Request", 403 => "Forbidden", 431 => "Request Header Fields Too Large", _ => "Bad Gateway" };
        var text = $"iron_sandbox: {refusal.Message}\n";
        var answer = $"HTTP/1.1 {refusal.Status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\nConnection: close\r\n\r\n{text}";
        try
        {
            await SendAsync(client, Encoding.UTF8.GetBytes(answer), cancellation);
            client.Shutdown(SocketShutdown.Send);
            // What the client still sends is taken, for a moment: closing before would reset the connection under the answer.
            using var time = Within(TimeSpan.FromSeconds(1), cancellation);
            while (!(await _reader.NextAsync(time.Token)).IsEmpty)
            {
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It does not want to know.
        }
    }

    private static CancellationTokenSource Within(TimeSpan span, CancellationToken cancellation)
    {
        var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(span);
        return time;
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        while (!data.IsEmpty)
            data = data[await socket.SendAsync(data, SocketFlags.None, cancellation)..];
    }
}
