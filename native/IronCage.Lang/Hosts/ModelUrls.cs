using System.Text;

namespace IronCage.Lang.Hosts;

/// <summary>
/// URLs that ask another model, or another host, the same. What comes out is a proposal: whoever uses it resolves it, and takes it only where it is read by the same wire and asks the
/// model that was meant.
/// </summary>
public static class ModelUrls
{
    /// <summary>The longest that is made.</summary>
    private const int Longest = 4096;

    /// <summary>Ends of paths, the longer before those that they end with: what follows the base URL of an SDK.</summary>
    private static readonly string[] Endings =
    [
        "/chat/completions", "/completions", "/responses", "/embeddings", "/moderations", "/images/generations", "/images/edits", "/images/variations",
        "/audio/speech", "/audio/transcriptions", "/audio/translations", "/v1/messages", "/v2/chat", "/v2/embed", "/v2/rerank", "/api/chat", "/api/generate", "/api/embed", "/api/embeddings",
    ];

    /// <summary>What may be kept of a query at another host: how a stream is framed, and that a beta interface is meant. Anything else may be a credential.</summary>
    private static readonly string[] Kept = ["alt=sse", "beta=true"];

    /// <summary>The same URL with another model in its path; null where it has none that could be replaced.</summary>
    /// <param name="url">An absolute URL.</param>
    /// <param name="model">By the name that the path is to have.</param>
    public static byte[]? WithModel(ReadOnlySpan<byte> url, string model)
    {
        if (!UrlParts.TryParse(url, out var parts) || Place(url[parts.Path]) is not { } place)
            return null;
        var start = parts.Path.Start.Value;
        return Checked([.. url[..(start + place.Start.Value)], .. Escaped(model), .. url[(start + place.End.Value)..]]);
    }

    /// <summary>What asks another host the same; null where that cannot be told.</summary>
    /// <param name="baseUrl">Of the other host, as its SDK has it: what stands before <c>/chat/completions</c>, <c>/v1/messages</c> or <c>/models/NAME:generateContent</c>; a query stays.</param>
    /// <param name="url">The URL that asks the first one.</param>
    /// <param name="model">The model there.</param>
    public static byte[]? At(string baseUrl, ReadOnlySpan<byte> url, string model)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        if (!UrlParts.TryParse(url, out var parts) || Ending(Encoding.UTF8.GetString(url[parts.Path]).TrimEnd('/'), model) is not { } ending)
            return null;
        var question = baseUrl.IndexOf('?', StringComparison.Ordinal);
        var (root, query) = question < 0 ? (baseUrl, "") : (baseUrl[..question], baseUrl[(question + 1)..]);
        root = root.TrimEnd('/');
        // Both of "https://host" and "https://host/v1" are given as the base of /v1/messages.
        var second = ending.IndexOf('/', 1);
        if (second > 0 && root.EndsWith(ending[..second], StringComparison.Ordinal))
            ending = ending[second..];
        var asked = Encoding.UTF8.GetString(url[parts.Path.End..]);
        foreach (var pair in (asked.StartsWith('?') ? asked[1..] : "").Split('#')[0].Split('&'))
        {
            if (Kept.Contains(pair))
                query = query.Length == 0 ? pair : query + "&" + pair;
        }
        return Checked(Encoding.UTF8.GetBytes(root + ending + (query.Length == 0 ? "" : "?" + query)));
    }

    /// <summary>The header in which a host takes a key, in lower case; <c>authorization</c>: as a bearer's.</summary>
    public static string KeyHeader(in Target target)
    {
        var name = target.Host.Split(':')[0];
        if (target.Wire is Anthropic.MessagesWire && target.Protocol == LlmProtocol.Anthropic)
            return "x-api-key";
        if (target.Protocol == LlmProtocol.Gemini)
            return name.EndsWith("aiplatform.googleapis.com", StringComparison.Ordinal) ? "authorization" : "x-goog-api-key";
        return name.EndsWith(".azure.com", StringComparison.Ordinal) || name.EndsWith("azure-api.net", StringComparison.Ordinal) ? "api-key" : "authorization";
    }

    /// <summary>Whether the path says that the answer is to be streamed, as at Google and Bedrock.</summary>
    /// <param name="url">An absolute URL.</param>
    public static bool AsksForStream(ReadOnlySpan<byte> url)
    {
        if (!UrlParts.TryParse(url, out var parts))
            return false;
        var path = url[parts.Path];
        return path[(path.LastIndexOf((byte)'/') + 1)..].IndexOf("stream"u8) >= 0;
    }

    private static string? Ending(string path, string model)
    {
        if (Array.Find(Endings, end => path.EndsWith(end, StringComparison.Ordinal)) is { } ending)
            return ending;
        var method = path.LastIndexOf(':');
        return method > path.LastIndexOf('/') ? $"/models/{Encoding.ASCII.GetString(Escaped(model))}{path[method..]}" : null;
    }

    /// <summary>Where a path names its model: an Azure deployment, a model of Bedrock's, <c>NAME:METHOD</c> at Google.</summary>
    private static Range? Place(ReadOnlySpan<byte> path)
    {
        path = path.TrimEnd((byte)'/');
        var last = path.LastIndexOf((byte)'/') + 1;
        if (path.IndexOf("/deployments/"u8) is var deployment and >= 0)
        {
            var start = deployment + "/deployments/".Length;
            var length = path[start..].IndexOf((byte)'/');
            return length > 0 ? start..(start + length) : null;
        }
        if (path.IndexOf("/model/"u8) is var model and >= 0 && model + "/model/".Length < last - 1)
            return (model + "/model/".Length)..(last - 1);
        var colon = path[last..].LastIndexOf((byte)':');
        return colon > 0 ? last..(last + colon) : null;
    }

    private static byte[] Escaped(string model) => Encoding.ASCII.GetBytes(Uri.EscapeDataString(model));

    private static byte[]? Checked(byte[] url) => url.Length <= Longest && UrlParts.TryParse(url, out _) ? url : null;
}
