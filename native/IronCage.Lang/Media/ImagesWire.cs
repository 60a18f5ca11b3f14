using IronCage.Lang.Hosts;

namespace IronCage.Lang.Media;

/// <summary>OpenAI's images: made, changed, varied.</summary>
internal sealed class ImagesWire : MediaWire
{
    public static readonly ImagesWire Instance = new();

    public override string Understands => "images";

    public override string Operation => "generate_content";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) =>
        path.EndsWith("/images/generations"u8) || path.EndsWith("/images/edits"u8) || path.EndsWith("/images/variations"u8) ? Endpoint.Generate : Endpoint.Unread;

    private protected override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out MediaRequest request, out string problem) =>
        ImageRequestReader.TryRead(body, out request, out problem, model);
}
