using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Ollama;

/// <summary>Ollama's chat and generate.</summary>
internal sealed class GenerateWire : LlmWire
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

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => WholeAnswer.TryRead(body, OllamaLine.TryRead, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new OllamaStream(newScreen);

    public override bool LooksStreamed(ReadOnlySpan<byte> body) => body.TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code);
}
