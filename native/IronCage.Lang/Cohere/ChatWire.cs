using IronCage.Lang.Hosts;

namespace IronCage.Lang.Cohere;

/// <summary>Cohere's chat, in its second API.</summary>
internal sealed class ChatWire : CohereWire
{
    public static readonly ChatWire Instance = new();

    public override string Understands => "chat (v2) of Cohere";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/v2/chat"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem) => ChatRequestReader.TryRead(body, out request, out problem);
}
