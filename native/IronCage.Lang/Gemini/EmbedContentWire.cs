using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Gemini;

/// <summary>Gemini's embedContent and batchEmbedContents: nothing is billed but the input, which their answers seldom tell.</summary>
internal sealed class EmbedContentWire : LlmWire
{
    public static readonly EmbedContentWire Instance = new();

    public override string Understands => "embedContent and batchEmbedContents";

    public override string Operation => "embeddings";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) =>
        ModelPath.Calls(path, "embedContent"u8) || ModelPath.Calls(path, "batchEmbedContents"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override bool CanRenameInPath => false;

    public override string? ModelOf(ReadOnlySpan<byte> path) => ModelPath.Model(path);

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = GenerateContentRequestReader.TryRead(body, model, out var embed, out problem);
        embed.OutputLimit = 0;
        embed.Reasoning = false;
        request = embed;
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => GenerateContentAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new GenerateContentStream(newScreen);

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code, status);
}
