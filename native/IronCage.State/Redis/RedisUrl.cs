using System.Globalization;
using System.Text;

namespace IronCage.State;

/// <summary>
/// A Redis store as a URL: <c>redis[s]://[user:password@]host[:port][/database][?ns=NAME]</c>. User and password are percent-encoded; <c>rediss</c> is encrypted. Options
/// behind the question mark, all of which may be left out: <c>ns</c>, <c>lease</c> (<c>on</c>, <c>off</c>), <c>outage</c> (<c>lease</c>, <c>refuse</c>), <c>create</c>
/// (<c>on</c>, <c>off</c>), <c>heartbeat</c>, <c>expiry</c>, <c>timeout</c> (seconds), <c>audit</c> (a path).
/// </summary>
public static class RedisUrl
{
    internal const string Form = "\"redis://[user:password@]host[:port][/database][?ns=NAME]\" (rediss:// for an encrypted connection)";
    private const string Options = "ns, lease, outage, create, heartbeat, expiry, timeout and audit";

    /// <summary>Whether the URL names a Redis store.</summary>
    public static bool IsOne(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.StartsWith("redis://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads a URL.</summary>
    /// <exception cref="ArgumentException">It is none; the message says what is accepted, and holds no part of user or password.</exception>
    public static RedisStoreOptions Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (!IsOne(url))
            throw new ArgumentException($"a Redis store is {Form}");
        var isEncrypted = scheme == "rediss".Length;
        var rest = url[(scheme + 3)..];
        var query = "";
        // A password may hold a bare question mark or slash; what follows the last @ is the server.
        var at = rest.LastIndexOf('@');
        if (rest.IndexOf('?', at + 1) is >= 0 and var mark)
            (rest, query) = (rest[..mark], rest[(mark + 1)..]);
        var (user, password) = CredentialsOf(at < 0 ? null : rest[..at]);
        rest = rest[(at + 1)..];
        var database = 0;
        if (rest.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash)
        {
            var number = rest[(slash + 1)..];
            rest = rest[..slash];
            if (number.Length > 0 && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out database) || database > 65535))
                throw new ArgumentException($"the database of a Redis store must be a number, 0 to 65535; write {Form}");
        }
        var (host, port) = ServerOf(rest);
        var options = new RedisStoreOptions { Host = host, Port = port, IsEncrypted = isEncrypted, User = user, Password = password, Database = database };
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
            options = With(options, part);
        options.Validate();
        return options;
    }

    /// <summary>The URL that gives the same options, password included.</summary>
    internal static string Format(RedisStoreOptions options)
    {
        var url = new StringBuilder(options.IsEncrypted ? "rediss://" : "redis://");
        if (options.User is not null || options.Password is not null)
            url.Append(Uri.EscapeDataString(options.User ?? "")).Append(':').Append(Uri.EscapeDataString(options.Password ?? "")).Append('@');
        url.Append(options.Host.Contains(':', StringComparison.Ordinal) ? $"[{options.Host}]" : options.Host);
        url.Append(CultureInfo.InvariantCulture, $":{options.Port}/{options.Database}?ns={options.Namespace}");
        url.Append(CultureInfo.InvariantCulture, $"&lease={(options.UsesLeases ? "on" : "off")}&outage={(options.Outage == RedisOutage.Refuse ? "refuse" : "lease")}");
        url.Append(CultureInfo.InvariantCulture, $"&create={(options.MayCreate ? "on" : "off")}&heartbeat={options.HeartbeatInterval.TotalSeconds:0.#######}");
        url.Append(CultureInfo.InvariantCulture, $"&expiry={options.Expiry.TotalSeconds:0.#######}&timeout={options.Timeout.TotalSeconds:0.#######}");
        if (options.AuditPath is { } path)
            url.Append("&audit=").Append(Uri.EscapeDataString(path));
        return url.ToString();
    }

    private static (string? User, string? Password) CredentialsOf(string? credentials)
    {
        if (credentials is null)
            return (null, null);
        if (credentials.IndexOf(':', StringComparison.Ordinal) is not (>= 0 and var colon))
            throw new ArgumentException($"user and password of a Redis store are separated by a colon, also where there is only one of them; write {Form}");
        var (user, password) = (Uri.UnescapeDataString(credentials[..colon]), Uri.UnescapeDataString(credentials[(colon + 1)..]));
        return (user.Length == 0 ? null : user, password.Length == 0 ? null : password);
    }

    private static (string Host, int Port) ServerOf(string text)
    {
        var host = text;
        var port = "";
        if (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is >= 0 and var end)
            (host, port) = (text[1..end], text[(end + 1)..]);
        else if (text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
            (host, port) = (text[..colon], text[colon..]);
        if (host.Length == 0)
            throw new ArgumentException($"the Redis store names no host; write {Form}");
        if (port.Length == 0)
            return (host, 6379);
        if (port[0] != ':' || !int.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
            throw new ArgumentException($"the port of a Redis store must be 1 to 65535; write {Form}");
        return (host, number);
    }

    private static RedisStoreOptions With(RedisStoreOptions options, string part)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? part : part[..equals];
        var value = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..]);
        return name switch
        {
            "ns" => options with { Namespace = value },
            "lease" => options with { UsesLeases = OneOf(name, value, "on", "off") },
            "outage" => options with { Outage = OneOf(name, value, "refuse", "lease") ? RedisOutage.Refuse : RedisOutage.Lease },
            "create" => options with { MayCreate = OneOf(name, value, "on", "off") },
            "heartbeat" => options with { HeartbeatInterval = Seconds(name, value) },
            "expiry" => options with { Expiry = Seconds(name, value) },
            "timeout" => options with { Timeout = Seconds(name, value) },
            "audit" => options with { AuditPath = value.Length > 0 ? value : throw new ArgumentException("audit must be a path") },
            _ => throw new ArgumentException($"a Redis store has no option \"{name}\"; it takes {Options}"),
        };
    }

    private static bool OneOf(string name, string value, string yes, string no) =>
        value == yes || (value == no ? false : throw new ArgumentException($"{name} must be \"{yes}\" or \"{no}\""));

    private static TimeSpan Seconds(string name, string value)
    {
        if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds > 30 * 86400)
            throw new ArgumentException($"{name} is not a number of seconds");
        return TimeSpan.FromSeconds(seconds);
    }
}
