using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.OpenAi;

/// <summary>OpenAI's chat completions.</summary>
/// <param name="dialect">Of the host.</param>
internal sealed class ChatWire(ChatDialect dialect) : OpenAiWire
{
    public static readonly ChatWire Instance = new(ChatDialect.Usual);

    public override string Understands => "chat completions";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => 
        path.EndsWith("/chat/completions"u8) && !path.EndsWith("/async/chat/completions"u8) ? Endpoint.Generate : Endpoint.Unread; // those answer another request

    public override string? ModelOf(ReadOnlySpan<byte> path) => ModelPaths.Deployment(path);

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = ChatRequestReader.TryRead(body, out var chat, out problem, model);
        dialect.Amend(chat);
        request = chat;
        return read;
    }

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) =>
        new ChatStream(newScreen, hideUsage, request.Choices);
}
