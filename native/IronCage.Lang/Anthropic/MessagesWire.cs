using System.Text;
using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Anthropic;

/// <summary>Anthropic's protocol: messages, and counting their tokens, which is free.</summary>
internal sealed class MessagesWire : LlmWire
{
    public static readonly MessagesWire Instance = new("/messages");

    /// <summary>At hosts whose own protocol is another one, which may have messages of its own (OpenAI's threads).</summary>
    public static readonly MessagesWire Beside = new("/v1/messages");

    private readonly byte[] _path, _counting;

    private MessagesWire(string path) => (_path, _counting) = (Encoding.ASCII.GetBytes(path), Encoding.ASCII.GetBytes(path + "/count_tokens"));

    public override string Understands => "messages (and the counting of their tokens)";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) =>
        path.EndsWith(_path) ? Endpoint.Generate : path.EndsWith(_counting) ? Endpoint.Free : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = MessagesRequestReader.TryRead(body, out var messages, out problem);
        request = messages;
        return read;
    }

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => MessagesAnswerReader.TryRead(body, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new MessagesStream(newScreen);

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code, status);
}
