using IronCage.Core.Text;
using IronCage.Lang.Anthropic;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Bedrock;

/// <summary>invoke, or invoke-with-response-stream, of Anthropic's models: their bodies are messages. The bodies of other vendors are not read.</summary>
internal sealed class InvokeWire : BedrockWire
{
    public static readonly InvokeWire Whole = new("invoke", streams: false);

    public static readonly InvokeWire Streamed = new("invoke-with-response-stream", streams: true);

    private const string Unread = "invoke is read for Anthropic's models only, whose bodies have an \"anthropic_version\"; call other models by converse";

    private InvokeWire(string operation, bool streams)
        : base(operation, streams)
    {
    }

    public override string Understands => base.Understands + " of Anthropic's models";

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = MessagesRequestReader.TryRead(body, out var messages, out problem, model);
        request = messages;
        // An ARN need not say whose model it is; the body then must.
        if (read && (!messages.HasVersion || (model is not null && !model.Contains("anthropic.", StringComparison.Ordinal) && !model.StartsWith("arn:", StringComparison.Ordinal))))
            (read, problem) = (false, Unread);
        messages.Stream = Streams;
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => MessagesAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new InvokeStream(newScreen);
}
