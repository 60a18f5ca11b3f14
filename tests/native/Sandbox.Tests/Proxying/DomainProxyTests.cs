using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using IronCage.Sandbox.Proxying;

namespace IronCage.Sandbox.Tests.Proxying;

/// <summary>The proxy over real loopback connections, with a resolver that says what a test wants.</summary>
public sealed class DomainProxyTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task A_tunnel_carries_bytes_both_ways_and_counts_them()
    {
        using var origin = new Origin();
        using var proxy = Proxy(origin, new FakeResolver());
        using var client = Connect(proxy);
        var server = origin.AcceptAsync();
        await SendAsync(client, $"CONNECT pinned.example:{origin.Port} HTTP/1.1\r\n\r\nearly");
        using var accepted = await server;
        Assert.That(await ReadAsync(accepted, 5), Is.EqualTo("early"));
        await SendAsync(accepted, "answer");
        accepted.Shutdown(SocketShutdown.Send);
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await ReadToEndAsync(client), Is.EqualTo("HTTP/1.1 200 Connection established\r\n\r\nanswer"));
        Assert.That(proxy.Uses(), Is.EqualTo(new[] { ("pinned.example", origin.Port, 1L, 5L, 6L) }));
        Assert.That(proxy.Denials().Targets, Is.Empty);
    }

    [Test]
    public async Task A_plain_request_is_passed_on_alone_whatever_follows_it()
    {
        using var origin = new Origin();
        using var proxy = Proxy(origin, new FakeResolver());
        using var client = Connect(proxy);
        var server = origin.AcceptAsync();
        await SendAsync(client, $"POST http://pinned.example:{origin.Port}/x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET http://evil.example/ HTTP/1.1\r\n\r\n");
        using var accepted = await server;
        var expected = $"POST /x HTTP/1.1\r\nHost: pinned.example:{origin.Port}\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
        Assert.That(await ReadAsync(accepted, expected.Length), Is.EqualTo(expected));
        await SendAsync(accepted, "HTTP/1.1 204 No Content\r\n\r\n");
        accepted.Shutdown(SocketShutdown.Send);
        Assert.That(await ReadToEndAsync(client), Is.EqualTo("HTTP/1.1 204 No Content\r\n\r\n"));
        Assert.That(await ReadToEndAsync(accepted), Is.Empty, "the second request reaches nobody");
    }

    [TestCase("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "")]
    [TestCase("3\r\nabcd\r\n0\r\n\r\n", "3\r\nabc", "400")]
    [TestCase("x\r\nabc\r\n0\r\n\r\n", "", "400")]
    [TestCase("-3\r\nabc\r\n0\r\n\r\n", "", "400")]
    [TestCase("3\nabc\r\n0\r\n\r\n", "", "400")]
    public async Task Chunks_are_written_anew_and_bad_ones_end_the_request(string body, string passed, string refused)
    {
        using var origin = new Origin();
        using var proxy = Proxy(origin, new FakeResolver());
        using var client = Connect(proxy);
        var server = origin.AcceptAsync();
        await SendAsync(client, $"POST http://pinned.example:{origin.Port}/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        using var accepted = await server;
        var head = $"POST / HTTP/1.1\r\nHost: pinned.example:{origin.Port}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        if (refused.Length == 0)
        {
            Assert.That(await ReadAsync(accepted, head.Length + passed.Length), Is.EqualTo(head + passed));
            return;
        }
        Assert.That(await ReadToEndAsync(client), Does.StartWith("HTTP/1.1 " + refused));
        Assert.That(await ReadToEndAsync(accepted), Is.EqualTo(head + passed).Or.Empty, "the end of the body never comes");
    }

    [TestCase("CONNECT evil.example:443 HTTP/1.1", "403", "evil.example:443", "allowed_domains")]
    [TestCase("CONNECT pinned.example:22 HTTP/1.1", "403", "pinned.example:22", "allowed_domains")]
    [TestCase("CONNECT x.pinned.example:443 HTTP/1.1", "403", "x.pinned.example:443", "allowed_domains")]
    [TestCase("CONNECT 127.0.0.1:443 HTTP/1.1", "403", "127.0.0.1:443", "")]
    [TestCase("GET / HTTP/1.1", "400", "", "")]
    public async Task What_is_not_allowed_is_answered_counted_and_never_resolved(string line, string status, string target, string option)
    {
        using var origin = new Origin();
        var resolver = new FakeResolver(["93.184.216.34"]);
        using var proxy = Proxy(origin, resolver);
        for (var i = 0; i < 2; i++)
        {
            using var client = Connect(proxy);
            await SendAsync(client, line + "\r\n\r\n");
            client.Shutdown(SocketShutdown.Send);
            Assert.That(await ReadToEndAsync(client), Does.StartWith("HTTP/1.1 " + status));
        }
        Assert.That(proxy.Denials().Targets, Is.EqualTo(new[] { (target, option, 2L) }));
        Assert.That(proxy.Uses(), Is.Empty);
        Assert.That(resolver.Asked, Is.Zero);
    }

    [TestCase("127.0.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("::ffff:10.0.0.1")]
    public async Task A_name_that_resolves_to_a_private_address_is_refused(string address)
    {
        using var origin = new Origin();
        using var proxy = Proxy(origin, new FakeResolver([address]));
        using var client = Connect(proxy);
        await SendAsync(client, $"CONNECT resolved.example:{origin.Port} HTTP/1.1\r\n\r\n");
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await ReadToEndAsync(client), Does.StartWith("HTTP/1.1 403").And.Contain("extra_hosts"));
        Assert.That(proxy.Denials().Targets, Is.EqualTo(new[] { ($"resolved.example:{origin.Port}", "extra_hosts", 1L) }));
    }

    [Test]
    public async Task A_name_is_resolved_once_for_a_connection_so_that_a_second_answer_changes_nothing()
    {
        using var origin = new Origin();
        // First a public address that nobody serves (TEST-NET would be refused as special), then the machine itself.
        var resolver = new FakeResolver(["127.0.0.1", "10.0.0.1"], ["127.0.0.1"]);
        using var proxy = Proxy(origin, resolver);
        using var client = Connect(proxy);
        await SendAsync(client, $"CONNECT resolved.example:{origin.Port} HTTP/1.1\r\n\r\n");
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await ReadToEndAsync(client), Does.StartWith("HTTP/1.1 403"));
        Assert.That(resolver.Asked, Is.EqualTo(1));
    }

    [Test]
    public async Task A_name_that_nobody_knows_is_a_bad_gateway_and_no_denial()
    {
        using var origin = new Origin();
        using var proxy = Proxy(origin, new FakeResolver());
        using var client = Connect(proxy);
        await SendAsync(client, $"CONNECT resolved.example:{origin.Port} HTTP/1.1\r\n\r\n");
        client.Shutdown(SocketShutdown.Send);
        Assert.That(await ReadToEndAsync(client), Does.StartWith("HTTP/1.1 502"));
        Assert.That(proxy.Denials().Targets, Is.Empty);
    }

    [Test]
    public async Task The_end_of_the_tree_ends_its_connections()
    {
        using var origin = new Origin();
        var proxy = Proxy(origin, new FakeResolver());
        using var client = Connect(proxy);
        var server = origin.AcceptAsync();
        await SendAsync(client, $"CONNECT pinned.example:{origin.Port} HTTP/1.1\r\n\r\n");
        using var accepted = await server;
        await ReadAsync(client, "HTTP/1.1 200 Connection established\r\n\r\n".Length);
        proxy.Dispose();
        Assert.That(await ReadToEndAsync(client), Is.Empty);
        Assert.That(await ReadToEndAsync(accepted), Is.Empty);
        using var late = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Assert.That(proxy.TryServe(late), Is.False);
    }

    [Test]
    public async Task A_program_that_holds_connections_open_gets_no_more_than_the_most()
    {
        using var origin = new Origin();
        using var proxy = Proxy(origin, new FakeResolver());
        var held = Enumerable.Range(0, DomainProxy.MostConnections).Select(_ => Connect(proxy)).ToList();
        var (one, other) = Pair();
        Assert.That(proxy.TryServe(other), Is.False);
        one.Dispose();
        other.Dispose();
        held.ForEach(client => client.Dispose());
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            (one, other) = Pair();
            using (one)
            {
                if (proxy.TryServe(other))
                    break;
                other.Dispose();
            }
            await Task.Delay(20, patience.Token);
        }
    }

    [Test]
    public void Made_up_names_and_targets_are_counted_within_bounds()
    {
        using var origin = new Origin();
        using var proxy = Proxy(origin, new FakeResolver());
        for (var i = 0; i < 1000; i++)
        {
            proxy.Deny($"n{i}.example:443", "allowed_domains");
            proxy.Use($"n{i}.example", 443);
        }
        Assert.That(proxy.Denials().Targets, Has.Length.EqualTo(200));
        Assert.That(proxy.Denials().More, Is.EqualTo(800));
        Assert.That(proxy.Uses(), Has.Length.EqualTo(201));
        Assert.That(proxy.Uses().Sum(use => use.Connections), Is.EqualTo(1000));
    }

    private static DomainProxy Proxy(Origin origin, FakeResolver resolver) => new(
        new DomainPolicy
        {
            Allowed = [DomainRule.Parse($"pinned.example:{origin.Port}", "a"), DomainRule.Parse($"resolved.example:{origin.Port}", "a")],
            Hosts = ImmutableSortedDictionary<string, ImmutableArray<IPAddress>>.Empty.Add("pinned.example", [IPAddress.Loopback]),
        },
        resolver);

    private static Socket Connect(DomainProxy proxy)
    {
        var (client, other) = Pair();
        Assert.That(proxy.TryServe(other), Is.True);
        return client;
    }

    private static (Socket Client, Socket Other) Pair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        return (client, listener.Accept());
    }

    private static async Task SendAsync(Socket socket, string text)
    {
        ReadOnlyMemory<byte> data = Encoding.ASCII.GetBytes(text);
        while (!data.IsEmpty)
            data = data[await socket.SendAsync(data)..];
    }

    private static async Task<string> ReadAsync(Socket socket, int count)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(at), patience.Token);
            Assert.That(read, Is.Positive, $"the end came after {Encoding.ASCII.GetString(bytes, 0, at)}");
            at += read;
        }
        return Encoding.ASCII.GetString(bytes);
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(s_patience);
        using var all = new MemoryStream();
        var bytes = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(bytes, patience.Token) is > 0 and var read)
                all.Write(bytes, 0, read);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // What is unread when a side closes makes a reset of the end.
        }
        return Encoding.ASCII.GetString(all.ToArray());
    }

    private sealed class Origin : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public Origin()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public async Task<Socket> AcceptAsync()
        {
            using var patience = new CancellationTokenSource(s_patience);
            return await _listener.AcceptAsync(patience.Token);
        }

        public void Dispose() => _listener.Dispose();
    }
}
