using System.Text.Json.Nodes;

namespace IronCage.Vendors;

/// <summary>A simulator: its address, and its bill, which it writes before the client has the end of an answer.</summary>
internal sealed class Provider
{
    private readonly string _log;

    public Provider(string name)
    {
        var told = Environment.GetEnvironmentVariable($"IRON_CAGE_VENDORS_{name}")?.Split(',') ?? throw new InvalidOperationException("started by run.sh only");
        (Url, _log) = (new Uri($"http://{told[0]}"), told[1]);
    }

    public Uri Url { get; }

    public IReadOnlyList<JsonNode> Records => [.. File.ReadLines(_log).Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!)];

    /// <summary>A figure of the usage billed for the last request.</summary>
    public long Billed(params string[] path) => path.Aggregate(Records[^1]["usage"]!, (node, name) => node[name]!).GetValue<long>();
}
