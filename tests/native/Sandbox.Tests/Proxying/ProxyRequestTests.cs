using System.Text;
using IronCage.Sandbox.Proxying;

namespace IronCage.Sandbox.Tests.Proxying;

/// <summary>Heads of requests are understood in one way or refused, and are written anew.</summary>
public sealed class ProxyRequestTests
{
    [Test]
    public void A_plain_request_is_written_anew_in_origin_form()
    {
        var request = Parse("GET http://API.example.org:8080/a?b=c HTTP/1.1\r\nHost: other.example\r\nX-One: 1\r\nProxy-Authorization: Basic x\r\nProxy-Connection: keep-alive\r\n"
            + "Connection: keep-alive, X-Two\r\nX-Two: 2\r\nUpgrade: websocket\r\nTE: trailers\r\n\r\n");
        Assert.That((request.IsTunnel, request.Name, request.Port), Is.EqualTo((false, "api.example.org", 8080)));
        Assert.That(request.Head, Is.EqualTo("GET /a?b=c HTTP/1.1\r\nHost: api.example.org:8080\r\nX-One: 1\r\nConnection: close\r\n\r\n"));
    }

    [TestCase("http://a.example", "/")]
    [TestCase("http://a.example/", "/")]
    [TestCase("HTTP://a.example?x", "/?x")]
    [TestCase("http://a.example./%2e%2e/x", "/%2e%2e/x")]
    [TestCase("http://a.example/http://b.example/", "/http://b.example/")]
    [TestCase("http://a.example/@b.example", "/@b.example")]
    public void The_path_is_what_follows_the_host(string url, string path)
    {
        var request = Parse($"GET {url} HTTP/1.1\r\n\r\n");
        Assert.That((request.Name, request.Port), Is.EqualTo(("a.example", 80)));
        Assert.That(request.Head, Does.StartWith($"GET {path} HTTP/1.1\r\nHost: a.example\r\n"));
    }

    [Test]
    public void A_tunnel_names_a_host_and_a_port()
    {
        var request = Parse("CONNECT A.Example.:443 HTTP/1.1\r\nHost: b.example:443\r\nUser-Agent: x\r\n\r\n");
        Assert.That((request.IsTunnel, request.Name, request.Port, request.Head), Is.EqualTo((true, "a.example", 443, "")));
    }

    [TestCase("Content-Length: 5", 5, false)]
    [TestCase("content-length:5", 5, false)]
    [TestCase("Transfer-Encoding: chunked", 0, true)]
    [TestCase("X: y", 0, false)]
    public void The_body_has_one_length(string header, long length, bool isChunked)
    {
        var request = Parse($"POST http://a.example/ HTTP/1.1\r\n{header}\r\n\r\n");
        Assert.That((request.ContentLength, request.IsChunked), Is.EqualTo((length, isChunked)));
    }

    [TestCase("CONNECT user@a.example:443 HTTP/1.1\r\n\r\n", 403)]
    [TestCase("CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n", 403)]
    [TestCase("CONNECT 2130706433:443 HTTP/1.1\r\n\r\n", 403)]
    [TestCase("CONNECT [::1]:443 HTTP/1.1\r\n\r\n", 403)]
    [TestCase("GET http://user:pw@a.example/ HTTP/1.1\r\n\r\n", 403)]
    [TestCase("GET http://a.example%2eevil.test/ HTTP/1.1\r\n\r\n", 403)]
    [TestCase("GET http://a.example\\@evil.test/ HTTP/1.1\r\n\r\n", 403)]
    [TestCase("GET http://0x7f.1/ HTTP/1.1\r\n\r\n", 403)]
    [TestCase("GET http:/// HTTP/1.1\r\n\r\n", 403)]
    [TestCase("CONNECT a.example HTTP/1.1\r\n\r\n", 400)]
    [TestCase("CONNECT a.example:0 HTTP/1.1\r\n\r\n", 400)]
    [TestCase("CONNECT a.example:65536 HTTP/1.1\r\n\r\n", 400)]
    [TestCase("CONNECT a.example:443:80 HTTP/1.1\r\n\r\n", 400)]
    [TestCase("CONNECT a.example:00000443 HTTP/1.1\r\n\r\n", 400)]
    [TestCase("CONNECT a.example:443 HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 400)]
    [TestCase("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", 400)]
    [TestCase("GET https://a.example/ HTTP/1.1\r\n\r\n", 400)]
    [TestCase("GET ftp://a.example/ HTTP/1.1\r\n\r\n", 400)]
    [TestCase("GET http://a.example/#x HTTP/1.1\r\n\r\n", 400)]
    [TestCase("GET  http://a.example/ HTTP/1.1\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ x HTTP/1.1\r\n\r\n", 400)]
    [TestCase("GET http://a.example/\tx HTTP/1.1\r\n\r\n", 400)]
    [TestCase("G(T http://a.example/ HTTP/1.1\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/2\r\n\r\n", 400)]
    [TestCase("PRI * HTTP/2.0\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\nX: y\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\r\nX: y\nZ: a\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\r\nX: y\rZ: a\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\r\nX: y\r\n folded\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\r\nX : y\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\r\nX\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\r\nX: a\0b\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\r\nX: ä\r\n\r\n", 400)]
    [TestCase("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nContent-Length:\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nContent-Length: 1\r\nConnection: Content-Length\r\n\r\n", 400)]
    [TestCase("POST http://a.example/ HTTP/1.1\r\nConnection: close, transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    public void What_two_readers_could_understand_differently_is_refused(string head, int status)
    {
        var refusal = Assert.Throws<ProxyRefusalException>(() => Parse(head));
        Assert.That(refusal!.Status, Is.EqualTo(status));
        Assert.That(refusal.Target, Does.Not.Contain("pw"), "no secret goes into the report");
    }

    private static ProxyRequest Parse(string head) => ProxyRequestParser.Parse(Encoding.UTF8.GetBytes(head));
}
