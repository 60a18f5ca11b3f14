using IronCage.Lang.Hosts;

namespace IronCage.Lang.Media;

/// <summary>OpenAI's transcriptions and translations: recordings become texts, as JSON or as nothing but the text (subtitles, too).</summary>
internal sealed class TranscriptionsWire : MediaWire
{
    public static readonly TranscriptionsWire Instance = new();

    public override string Understands => "transcriptions";

    public override string Operation => "transcription";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) =>
        path.EndsWith("/audio/transcriptions"u8) || path.EndsWith("/audio/translations"u8) ? Endpoint.Generate : Endpoint.Unread;

    private protected override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out MediaRequest request, out string problem) =>
        TranscriptionRequestReader.TryRead(body, out request, out problem, model);
}
