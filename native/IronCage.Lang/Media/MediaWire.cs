using IronCage.Core.Text;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Media;

/// <summary>What OpenAI's endpoints of images and audio share: no tools, answers whose texts are few, and media that nobody here reads.</summary>
internal abstract class MediaWire : OpenAiWire
{
    public override bool HasTools => false;

    public override string? ModelOf(ReadOnlySpan<byte> path) => Hosts.ModelPaths.Deployment(path);

    public sealed override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = TryReadRequest(body, model, out MediaRequest media, out problem);
        request = media;
        return read;
    }

    private protected abstract bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out MediaRequest request, out string problem);

    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) =>
        WholeAnswer.TryRead(body, static (data, offset, reading) => MediaEvent.TryRead(data, offset, reading, isTold: false), out answer);

    public override LlmStream? OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => request.Stream ? new MediaStream(newScreen) : null;
}
