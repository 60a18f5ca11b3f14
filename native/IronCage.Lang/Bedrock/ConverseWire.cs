using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Bedrock;

/// <summary>converse, or converse-stream.</summary>
internal sealed class ConverseWire : BedrockWire
{
    public static readonly ConverseWire Whole = new("converse", streams: false);

    public static readonly ConverseWire Streamed = new("converse-stream", streams: true);

    private ConverseWire(string operation, bool streams)
        : base(operation, streams)
    {
    }

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = ConverseRequestReader.TryRead(body, model, out var converse, out problem);
        converse.Stream = Streams;
        request = converse;
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => ConverseAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new ConverseStream(newScreen);
}
