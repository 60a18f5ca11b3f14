using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Gemini;

/// <summary>Gemini's generateContent and streamGenerateContent, of both Google APIs, and counting tokens, which is free.</summary>
internal sealed class GenerateContentWire : LlmWire
{
    public static readonly GenerateContentWire Instance = new();

    public override string Understands => "generateContent and streamGenerateContent";

    public override string Operation => "generate_content";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) =>
        ModelPath.Calls(path, "generateContent"u8) || ModelPath.Calls(path, "streamGenerateContent"u8) ? Endpoint.Generate
        : ModelPath.Calls(path, "countTokens"u8) ? Endpoint.Free : Endpoint.Unread;

    public override string? ModelOf(ReadOnlySpan<byte> path) => ModelPath.Model(path);

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = GenerateContentRequestReader.TryRead(body, model, out var generate, out problem);
        request = generate;
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => GenerateContentAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new GenerateContentStream(newScreen, request.Choices);

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code, status);
}
