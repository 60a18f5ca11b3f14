using IronCage.Lang.Hosts;

namespace IronCage.Lang.Ollama;

/// <summary>Ollama's embed, and embeddings of one prompt, which it had before: never streamed, and nothing counts but the input.</summary>
internal sealed class EmbedWire : OllamaWire
{
    public static readonly EmbedWire Instance = new();

    public override string Understands => "embed";

    public override string Operation => "embeddings";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/api/embed"u8) || path.EndsWith("/api/embeddings"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = OllamaRequestReader.TryRead(body, out var embed, out problem);
        embed.Stream = false;
        embed.OutputLimit = 0;
        embed.Reasoning = false;
        request = embed;
        return read;
    }
}
