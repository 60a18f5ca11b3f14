using System.Text;
using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Anthropic;

/// <summary>Anthropic's messages at Vertex: the model stands in the path, <c>.../publishers/anthropic/models/NAME:rawPredict</c> or <c>:streamRawPredict</c>.</summary>
internal sealed class RawPredictWire : LlmWire
{
    public static readonly RawPredictWire Instance = new();

    public override string Understands => "rawPredict of Anthropic's models";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path)
    {
        if (path.IndexOf("/publishers/anthropic/models/"u8) < 0)
            return Endpoint.Unread;
        return path.EndsWith("/count-tokens:rawPredict"u8) ? Endpoint.Free
            : path.EndsWith(":rawPredict"u8) || path.EndsWith(":streamRawPredict"u8) ? Endpoint.Generate : Endpoint.Unread;
    }

    public override string? ModelOf(ReadOnlySpan<byte> path)
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var colon = name.LastIndexOf((byte)':');
        return colon > 0 ? Encoding.UTF8.GetString(name[..colon]) : null;
    }

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = MessagesRequestReader.TryRead(body, out var messages, out problem, model);
        request = messages;
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => MessagesAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new MessagesStream(newScreen);

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code, status);
}
