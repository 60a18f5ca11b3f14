using System.Text;

namespace IronCage.Lang.Hosts;

/// <summary>
/// Which hosts speak which protocol. Recognition is by host and path, never by the shape of a body alone. Thread-safe; entries are only added.
/// </summary>
public sealed class HostTable
{
    /// <summary>Names of the hosts that are known without being named; each stands for what has it behind a dot, too.</summary>
    public static IEnumerable<string> Known => KnownHosts.Names;

    private const int LongestKept = 1024;

    private readonly Lock _gate = new();
    private volatile Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private volatile Resolved? _last;

    /// <summary>What was resolved last: agents ask the same again and again.</summary>
    private sealed record Resolved(Dictionary<string, Entry> Entries, byte[] Method, byte[] Url, Target Target);

    private sealed record Entry(LlmService Service, string Host);

    /// <summary>Adds <c>host[:port]=PROTOCOL,...</c>; an entry without a port holds for every port of the host; the newest entry for a host wins.</summary>
    /// <exception cref="FormatException">The specification is malformed or names an unknown protocol; nothing was added.</exception>
    public void Add(string specification)
    {
        var added = new List<KeyValuePair<string, LlmProtocol>>();
        foreach (var part in specification.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.LastIndexOf('=');
            var host = equals < 0 ? "" : part[..equals].Trim().ToLowerInvariant();
            if (host.Length == 0 || host.Contains('/'))
                throw new FormatException($"'{part}' is not host[:port]=PROTOCOL");
            if (!LlmProtocols.TryParse(part[(equals + 1)..].Trim(), out var protocol))
                throw new FormatException($"the protocol of '{part}' is unknown; accepted are {LlmProtocols.Names}");
            added.Add(new(host, protocol));
        }
        lock (_gate)
        {
            var merged = new Dictionary<string, Entry>(_entries, StringComparer.Ordinal);
            foreach (var (host, protocol) in added)
                merged[host] = new Entry(LlmService.Of(protocol), host);
            _entries = merged; // never changed after it is published
        }
    }

    /// <summary>The protocol of the host of a URL; <see cref="LlmProtocol.None"/> for any other host and for what is no http URL.</summary>
    public LlmProtocol Protocol(ReadOnlySpan<byte> url) =>
        UrlParts.TryParse(url, out var parts) && Find(parts, url) is { } entry ? entry.Service.Protocol : LlmProtocol.None;

    /// <summary>Reads method and URL into what is asked of whom.</summary>
    public Target Resolve(ReadOnlySpan<byte> method, ReadOnlySpan<byte> url)
    {
        var entries = _entries;
        if (_last is { } last && ReferenceEquals(last.Entries, entries) && url.SequenceEqual(last.Url) && method.SequenceEqual(last.Method))
            return last.Target;
        var target = Read(method, url);
        if (url.Length <= LongestKept && url.IndexOfAny((byte)'?', (byte)'@') < 0) // what may hold a key is not kept
            _last = new Resolved(entries, method.ToArray(), url.ToArray(), target);
        return target;
    }

    private Target Read(ReadOnlySpan<byte> method, ReadOnlySpan<byte> url)
    {
        if (!UrlParts.TryParse(url, out var parts) || Find(parts, url) is not { } entry)
            return default;
        var service = entry.Service;
        if (IsFree(method))
            return new Target(service.Protocol, Endpoint.None, entry.Host);
        var path = url[parts.Path].TrimEnd((byte)'/');
        var wire = service.Find(path, out var endpoint);
        return new Target(service.Protocol, endpoint, entry.Host) { Wire = wire, Wires = service.Wires, Model = wire?.ModelOf(path), NamesModel = ModelPaths.Names(path) };
    }

    private static bool IsFree(ReadOnlySpan<byte> method) =>
        Ascii.EqualsIgnoreCase(method, "GET"u8) || Ascii.EqualsIgnoreCase(method, "HEAD"u8)
        || Ascii.EqualsIgnoreCase(method, "OPTIONS"u8) || Ascii.EqualsIgnoreCase(method, "DELETE"u8);

    private Entry? Find(in UrlParts parts, ReadOnlySpan<byte> url)
    {
        var authority = url[parts.Authority];
        if (authority.Length > 255)
            return null;
        if (url[parts.Host].EndsWith("."u8))
        {
            // The absolute form of a name is the same host.
            byte[] plain = [.. url[..(parts.Host.End.Value - 1)], .. url[parts.Host.End.Value..]];
            return UrlParts.TryParse(plain, out var without) ? Find(without, plain) : null;
        }
        Span<char> key = stackalloc char[255];
        for (var i = 0; i < authority.Length; i++)
            key[i] = (char)(authority[i] is >= (byte)'A' and <= (byte)'Z' ? authority[i] + 32 : authority[i]);
        var lookup = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(key[..authority.Length], out var exact))
            return exact;
        // A URL may leave out the default port that an entry names, or name one that the entry leaves out.
        var host = url[parts.Host];
        if (host.Length != authority.Length)
        {
            if (lookup.TryGetValue(key[..host.Length], out var anyPort))
                return anyPort;
        }
        else
        {
            var port = parts.IsTls ? ":443" : ":80";
            if (authority.Length + port.Length <= key.Length)
            {
                port.CopyTo(key[authority.Length..]);
                if (lookup.TryGetValue(key[..(authority.Length + port.Length)], out var withPort))
                    return withPort;
            }
        }
        return KnownHosts.Find(key[..authority.Length], key[..host.Length], out var name) is { } service ? new Entry(service, name) : null;
    }
}
