using IronCage.Lang.EventStream;
using IronCage.Lang.Hosts;

namespace IronCage.Lang.Bedrock;

/// <summary>One operation of Bedrock's runtime.</summary>
/// <param name="operation">The last part of its path.</param>
/// <param name="streams">It answers with a stream.</param>
internal abstract class BedrockWire(string operation, bool streams) : LlmWire
{
    private readonly byte[] _operation = System.Text.Encoding.ASCII.GetBytes(operation);

    /// <summary>It answers with a stream.</summary>
    protected bool Streams => streams;

    public override string Understands => operation;

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => ModelPath.Asks(path, _operation) ? Endpoint.Generate : Endpoint.Unread;

    public override string? ModelOf(ReadOnlySpan<byte> path) => ModelPath.Model(path);

    public override bool LooksStreamed(ReadOnlySpan<byte> body) => streams && EventFrame.Length(body) > 0;

    public override IReadOnlyList<PricedHeader> PricedHeaders => Headers;

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code, status);

    private static readonly PricedHeader[] Headers =
    [
        new("x-amzn-bedrock-guardrailidentifier", "guardrails", []),
        new("x-amzn-bedrock-performanceconfig-latency", "this performance configuration", ["standard"]),
        new("x-amzn-bedrock-service-tier", "this service tier", ["default", "flex"]),
    ];
}
