using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Cohere;

/// <summary>Cohere's chat, in its first API.</summary>
internal sealed class FirstChatWire : CohereWire
{
    public static readonly FirstChatWire Instance = new();

    public override string Understands => "chat (v1) of Cohere";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/v1/chat"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem) => FirstChatRequestReader.TryRead(body, out request, out problem);

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) =>
        WholeAnswer.TryRead(body, static (data, offset, reading) => FirstChatEvent.TryRead(data, offset, reading, wasTold: false, out _), out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new FirstChatStream(newScreen);

    public override bool LooksStreamed(ReadOnlySpan<byte> body) => FirstChatEvent.Begins(body);
}
