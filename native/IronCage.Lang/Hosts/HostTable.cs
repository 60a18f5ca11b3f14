using System.Text;

namespace IronCage.Lang.Hosts;

/// <summary>
/// Which hosts speak which protocol. Recognition is by host and path, never by the shape of a body alone. Thread-safe; entries are only added.
/// </summary>
public sealed class HostTable
{
    private static readonly KeyValuePair<string, LlmProtocol>[] WellKnown =
    [
        new("api.openai.com", LlmProtocol.OpenAi),
        new("api.anthropic.com", LlmProtocol.Anthropic),
        new("generativelanguage.googleapis.com", LlmProtocol.Gemini),
    ];

    private readonly Lock _gate = new();
    private volatile Dictionary<string, Entry> _entries = WellKnown.ToDictionary(e => e.Key, e => new Entry(e.Value, e.Key), StringComparer.Ordinal);

    private sealed record Entry(LlmProtocol Protocol, string Host);

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
                merged[host] = new Entry(protocol, host);
            _entries = merged; // never changed after it is published
        }
    }

    /// <summary>The protocol of the host of a URL; <see cref="LlmProtocol.None"/> for any other host and for what is no http URL.</summary>
    public LlmProtocol Protocol(ReadOnlySpan<byte> url) =>
        UrlParts.TryParse(url, out var parts) && Find(parts, url) is { } entry ? entry.Protocol : LlmProtocol.None;

    /// <summary>Reads method and URL into what is asked of whom.</summary>
    public Target Resolve(ReadOnlySpan<byte> method, ReadOnlySpan<byte> url)
    {
        if (!UrlParts.TryParse(url, out var parts) || Find(parts, url) is not { } entry)
            return default;
        if (IsFree(method))
            return new Target(entry.Protocol, Endpoint.None, entry.Host);
        var path = url[parts.Path].TrimEnd((byte)'/');
        var wire = LlmWire.Find(entry.Protocol, path, out var endpoint);
        return new Target(entry.Protocol, endpoint, entry.Host) { Wire = wire, Model = wire.ModelOf(path), NamesModel = ModelPaths.Names(path) };
    }

    private static bool IsFree(ReadOnlySpan<byte> method) =>
        Ascii.EqualsIgnoreCase(method, "GET"u8) || Ascii.EqualsIgnoreCase(method, "HEAD"u8)
        || Ascii.EqualsIgnoreCase(method, "OPTIONS"u8) || Ascii.EqualsIgnoreCase(method, "DELETE"u8);

    private static readonly Entry OpenAi = new(LlmProtocol.OpenAi, "api.openai.com");

    /// <summary>Whether a host is this one, or has it behind a prefix.</summary>
    private static bool IsAt(ReadOnlySpan<byte> host, ReadOnlySpan<byte> name, char separator) =>
        host.Length >= name.Length && Ascii.EqualsIgnoreCase(host[^name.Length..], name) && (host.Length == name.Length || host[^(name.Length + 1)] == (byte)separator);

    /// <summary>Gemini's hosts: generativelanguage or [REGION-]aiplatform, then perhaps a multi-region or mTLS.</summary>
    private static bool IsGoogle(ReadOnlySpan<byte> host)
    {
        if (!IsAt(host, "googleapis.com"u8, '.') || host.IndexOf((byte)'.') is not (> 0 and var end))
            return false;
        return Ascii.EqualsIgnoreCase(host[..end], "generativelanguage"u8) || IsAt(host[..end], "aiplatform"u8, '-');
    }

    /// <summary>bedrock-runtime.REGION.amazonaws.com, and its FIPS, VPC, dual-stack (api.aws) and Chinese forms.</summary>
    private static bool IsBedrock(ReadOnlySpan<byte> host)
    {
        if (!IsAt(host, "amazonaws.com"u8, '.') && !IsAt(host, "api.aws"u8, '.') && !IsAt(host, "amazonaws.com.cn"u8, '.'))
            return false;
        foreach (var range in host.Split((byte)'.'))
        {
            var label = host[range];
            if (Ascii.EqualsIgnoreCase(label, "bedrock-runtime"u8) || Ascii.EqualsIgnoreCase(label, "bedrock-runtime-fips"u8))
                return true;
        }
        return false;
    }

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
        // Regional endpoints (eu.api.openai.com, europe-west4-aiplatform.googleapis.com) are the same host.
        if (IsAt(url[parts.Host], "api.openai.com"u8, '.'))
            return OpenAi;
        if (IsGoogle(url[parts.Host]))
            return new Entry(LlmProtocol.Gemini, Encoding.ASCII.GetString(url[parts.Host]).ToLowerInvariant());
        if (IsBedrock(url[parts.Host]))
            return new Entry(LlmProtocol.Bedrock, Encoding.ASCII.GetString(url[parts.Host]).ToLowerInvariant());
        // A URL may leave out the default port that an entry names, or name one that the entry leaves out.
        var host = url[parts.Host];
        if (host.Length != authority.Length)
            return lookup.TryGetValue(key[..host.Length], out var anyPort) ? anyPort : null;
        var port = parts.IsTls ? ":443" : ":80";
        if (authority.Length + port.Length > key.Length)
            return null;
        port.CopyTo(key[authority.Length..]);
        return lookup.TryGetValue(key[..(authority.Length + port.Length)], out var withPort) ? withPort : null;
    }
}
