using IronCage.Lang.Hosts;

namespace IronCage.Lang.Ollama;

/// <summary>Ollama's chat and generate.</summary>
internal sealed class GenerateWire : OllamaWire
{
    public static readonly GenerateWire Instance = new();

    public override string Understands => "chat and generate of Ollama";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/api/chat"u8) || path.EndsWith("/api/generate"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = OllamaRequestReader.TryRead(body, out var generate, out problem);
        request = generate;
        return read;
    }


    public override bool LooksStreamed(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n"u8).StartsWith("{"u8);
}
