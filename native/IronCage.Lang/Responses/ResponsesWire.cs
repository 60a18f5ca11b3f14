using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Responses;

/// <summary>OpenAI's responses.</summary>
internal sealed class ResponsesWire : OpenAiWire
{
    public static readonly ResponsesWire Instance = new();

    public override string Understands => "responses";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path)
    {
        if (path.EndsWith("/responses"u8))
            return Endpoint.Generate;
        if (path.EndsWith("/responses/input_tokens"u8))
            return Endpoint.Free;
        return path.EndsWith("/cancel"u8) && path[..^"/cancel"u8.Length] is var id && id[..Math.Max(0, id.LastIndexOf((byte)'/'))].EndsWith("/responses"u8) ? Endpoint.None : Endpoint.Unread;
    }

    public override bool IsStored(ReadOnlySpan<byte> path) => path.LastIndexOf((byte)'/') is var last and > 0 && last + 1 < path.Length && path[..last].EndsWith("/responses"u8);

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = ResponsesRequestReader.TryRead(body, out var responses, out problem);
        request = responses;
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => ResponsesAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new ResponsesStream(newScreen);
}
