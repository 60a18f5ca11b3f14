using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.Anthropic;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Bedrock;

/// <summary>
/// invoke, or invoke-with-response-stream, of Anthropic's models, whose bodies are messages, and of Amazon's Nova models, whose bodies are those of converse. The bodies of
/// other vendors are not read.
/// </summary>
internal sealed class InvokeWire : BedrockWire
{
    public static readonly InvokeWire Whole = new("invoke", streams: false);

    public static readonly InvokeWire Streamed = new("invoke-with-response-stream", streams: true);

    private const string Unread =
        "invoke is read for Anthropic's models (an \"anthropic_version\" in the body) and Amazon's Nova (its \"messages\") only; call other models by converse";

    private InvokeWire(string operation, bool streams)
        : base(operation, streams)
    {
    }

    public override string Understands => base.Understands + " of Anthropic's and Amazon's Nova models";

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        if (model is not null && model.Contains("amazon.nova", StringComparison.Ordinal))
            return TryReadNova(body, model, mustSay: false, out request, out problem);
        var isOpaque = model is null || (model.StartsWith("arn:", StringComparison.Ordinal) && !model.Contains("anthropic.", StringComparison.Ordinal));
        var read = MessagesRequestReader.TryRead(body, out var messages, out problem, model);
        request = messages;
        request.Stream = Streams;
        // An ARN need not say whose model it is; the body then must.
        if (isOpaque && !messages.HasVersion && TryReadNova(body, model, mustSay: true, out var nova, out _))
        {
            (request, problem) = (nova, "");
            return true;
        }
        if (read && (!messages.HasVersion || !(isOpaque || model!.Contains("anthropic.", StringComparison.Ordinal))))
            (read, problem) = (false, Unread);
        return read;
    }

    /// <param name="body">The body.</param>
    /// <param name="model">As the path names it.</param>
    /// <param name="mustSay">Only the body can tell whose it is.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    private bool TryReadNova(ReadOnlySpan<byte> body, string? model, bool mustSay, out LlmRequest request, out string problem)
    {
        var read = ConverseRequestReader.TryReadNova(body, model, out var nova, out problem);
        request = nova;
        request.Stream = Streams;
        if (read && (!nova.HasMessages || (mustSay && !nova.HasNovaSchema)))
            (read, problem) = (false, Unread);
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) =>
        IsOfNova(body) ? ConverseAnswerReader.TryRead(body, out answer) : MessagesAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) =>
        request is ConverseRequest ? new NovaStream(newScreen) : new InvokeStream(newScreen);

    /// <summary>Whether an answer has an <c>output</c> at its top, and no <c>content</c>, as a message has.</summary>
    private static bool IsOfNova(ReadOnlySpan<byte> body)
    {
        var hasOutput = false;
        try
        {
            var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = BodyString.MaxDepth }));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (ReaderText.Is(ref reader, "content"u8))
                    return false;
                hasOutput |= ReaderText.Is(ref reader, "output"u8);
                if (!reader.Read() || !reader.TrySkip())
                    break; // it was cut
            }
        }
        catch (JsonException)
        {
            // what it is by then
        }
        return hasOutput;
    }
}
