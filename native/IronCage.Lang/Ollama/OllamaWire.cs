using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Ollama;

/// <summary>What all of Ollama's endpoints share: the form of answers and refusals.</summary>
internal abstract class OllamaWire : LlmWire
{
    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => WholeAnswer.TryRead(body, OllamaLine.TryRead, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new OllamaStream(newScreen);

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code);
}
