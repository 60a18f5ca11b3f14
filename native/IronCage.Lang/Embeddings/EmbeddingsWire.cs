using IronCage.Lang.Hosts;
using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Embeddings;

/// <summary>OpenAI's embeddings.</summary>
internal sealed class EmbeddingsWire : OpenAiWire
{
    public static readonly EmbeddingsWire Instance = new();

    public override string Understands => "embeddings";

    public override string Operation => "embeddings";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/embeddings"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override string? ModelOf(ReadOnlySpan<byte> path) => ModelPaths.Deployment(path);

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem) => EmbeddingsRequestReader.TryRead(body, out request, out problem, model);

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => EmbeddingsAnswerReader.TryRead(body, out answer);
}
