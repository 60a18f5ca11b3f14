using System.Globalization;
using System.Text;

namespace IronCage.Sandbox.Proxying;

/// <summary>
/// Reads the head of a request (RFC 9112) and refuses all that two readers could understand differently: what is passed on is written anew from what was understood, so that nobody behind the proxy
/// can be told another request than it has judged.
/// </summary>
internal static class ProxyRequestParser
{
    /// <summary>Headers that are between a client and its proxy.</summary>
    private static readonly HashSet<string> s_hopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "proxy-connection", "proxy-authorization", "proxy-authenticate", "keep-alive", "te", "trailer", "upgrade", "http2-settings",
    };

    /// <summary>Headers that a client must not have removed by naming them in Connection.</summary>
    private static readonly string[] s_framing = ["content-length", "transfer-encoding", "host"];

    /// <summary>Reads a head with its empty line.</summary>
    /// <exception cref="ProxyRefusalException">It is not one that is understood in one way only, or names no host by a name.</exception>
    public static ProxyRequest Parse(ReadOnlySpan<byte> head)
    {
        if (!Ascii.IsValid(head))
            throw Bad("has bytes that are not ASCII");
        var lines = Encoding.ASCII.GetString(head).Split("\r\n");
        foreach (var line in lines)
        {
            if (line.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
                throw Bad("has a line end that is not CR LF, or a NUL");
        }
        var parts = lines[0].Split(' ');
        if (parts.Length != 3 || !IsToken(parts[0]) || parts[1].AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0 || parts[2] is not ("HTTP/1.1" or "HTTP/1.0"))
            throw Bad("has no request line of HTTP/1");
        var isTunnel = parts[0] == "CONNECT";
        string authority, path;
        if (isTunnel)
            (authority, path) = (parts[1], "");
        else
            (authority, path) = Absolute(parts[1]);
        var (name, port) = Host(authority, isTunnel ? null : 80);
        var (headers, length, isChunked) = Headers(lines.AsSpan(1), parts[2] == "HTTP/1.1");
        if (isTunnel)
            return length == 0 && !isChunked ? new ProxyRequest(true, name, port, "", 0, false) : throw Bad("is a CONNECT with a body");
        var host = port == 80 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{port}");
        return new ProxyRequest(false, name, port, $"{parts[0]} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n", length, isChunked);
    }

    private static (string Authority, string Path) Absolute(string target)
    {
        const string scheme = "http://";
        if (!target.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            throw Bad("is neither a CONNECT nor for an http:// URL: other schemes go through CONNECT");
        var rest = target[scheme.Length..];
        if (rest.Contains('#', StringComparison.Ordinal))
            throw Bad("has a fragment in its URL");
        var end = rest.AsSpan().IndexOfAny('/', '?');
        return end < 0 ? (rest, "/") : (rest[..end], rest[end] == '?' ? "/" + rest[end..] : rest[end..]);
    }

    private static (string Name, int Port) Host(string authority, int? defaultPort)
    {
        if (authority.AsSpan().IndexOfAny("@\\%[]") >= 0)
            throw new ProxyRefusalException(403, "the host is not named by a plain name: no user, no escapes, no addresses", Shown(authority));
        var colon = authority.IndexOf(':', StringComparison.Ordinal);
        var port = defaultPort ?? 0;
        if (colon >= 0 && (!int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || authority.Length - colon > 6))
            port = 0;
        if (port is < 1 or > 65535)
            throw Bad("has no port from 1 to 65535");
        if (!DomainName.TryNormalise(colon < 0 ? authority : authority[..colon], out var name))
            throw new ProxyRefusalException(403, "the host is not a host name: addresses are not connected to", Shown(authority));
        return (name, port);
    }

    /// <summary>What was asked for, as far as it is fit for a report.</summary>
    private static string Shown(string authority) => authority.Contains('@', StringComparison.Ordinal) ? "a host with a user name" : authority[..Math.Min(authority.Length, 80)];

    private static (string Lines, long Length, bool IsChunked) Headers(ReadOnlySpan<string> lines, bool mayBeChunked)
    {
        long? length = null;
        var isChunked = false;
        var hosts = 0;
        var headers = new List<(string Name, string Value)>();
        var removed = new HashSet<string>(s_hopByHop, StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines)
        {
            if (line.Length == 0)
                break;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !IsToken(line.AsSpan(0, colon)))
                throw Bad("has a header that is folded or has no plain name");
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
            if (value.AsSpan().ContainsAnyInRange('\0', '\b') || value.AsSpan().ContainsAnyInRange('\n', '\u001f') || value.Contains('\u007f', StringComparison.Ordinal))
                throw Bad("has a header with a control character");
            switch (name.ToLowerInvariant())
            {
                case "host":
                    // The host is that of the request line (RFC 9112, 3.2.2).
                    if (++hosts > 1)
                        throw Bad("has more than one Host");
                    continue;
                case "content-length":
                    if (length is not null || value.Length is 0 or > 18 || !value.All(char.IsAsciiDigit))
                        throw Bad("has a Content-Length that is not one number");
                    length = long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
                    break;
                case "transfer-encoding":
                    if (isChunked || !mayBeChunked || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                        throw Bad("has a Transfer-Encoding that is not just chunked");
                    isChunked = true;
                    break;
                case "connection":
                    foreach (var token in value.Split(','))
                    {
                        if (s_framing.Contains(token.Trim(), StringComparer.OrdinalIgnoreCase))
                            throw Bad("names a header of framing in Connection");
                        removed.Add(token.Trim());
                    }
                    break;
            }
            headers.Add((name, value));
        }
        if (isChunked && length is not null)
            throw Bad("has both Content-Length and Transfer-Encoding");
        var kept = new StringBuilder();
        foreach (var (name, value) in headers)
        {
            if (!removed.Contains(name))
                kept.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        return (kept.ToString(), length ?? 0, isChunked);
    }

    private static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && !"!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal))
                return false;
        }
        return text.Length > 0;
    }

    private static ProxyRefusalException Bad(string what) => new(400, "the request " + what, "");
}
