using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.OpenAi;

/// <summary>What most of OpenAI's endpoints share: the form of answers, streams and refusals.</summary>
internal abstract class OpenAiWire : LlmWire
{
    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => ChatResponseReader.TryRead(body, out answer);

    public override LlmStream? OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new ChatStream(newScreen, hideUsage);

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code);
}
