using IronCage.Lang.Hosts;

namespace IronCage.Lang.Media;

/// <summary>OpenAI's speech: texts become sound, which is handed on as it comes.</summary>
internal sealed class SpeechWire : MediaWire
{
    public static readonly SpeechWire Instance = new();

    public override string Understands => "speech";

    public override string Operation => "speech";

    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) => path.EndsWith("/audio/speech"u8) ? Endpoint.Generate : Endpoint.Unread;

    private protected override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out MediaRequest request, out string problem) =>
        SpeechRequestReader.TryRead(body, out request, out problem, model);

    /// <summary>Sound is an answer without texts and without usage.</summary>
    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer)
    {
        answer = new LlmAnswer();
        return !body.StartsWith("{"u8) || base.TryReadAnswer(body, out answer);
    }
}
