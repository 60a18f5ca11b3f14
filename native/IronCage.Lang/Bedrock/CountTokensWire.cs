using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Bedrock;

/// <summary>count-tokens, which is free: its texts are screened like those of a call.</summary>
internal sealed class CountTokensWire : BedrockWire
{
    public static readonly CountTokensWire Instance = new();

    private CountTokensWire()
        : base("count-tokens", streams: false)
    {
    }

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => base.EndpointOf(path) == Endpoint.Generate ? Endpoint.Free : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = CountTokensRequestReader.TryRead(body, model, out var converse, out problem);
        request = converse;
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => ConverseAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new ConverseStream(newScreen);
}
