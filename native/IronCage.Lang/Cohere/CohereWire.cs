using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Cohere;

/// <summary>What all of Cohere's endpoints share: the form of answers and refusals.</summary>
internal abstract class CohereWire : LlmWire
{
    public override bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer) => WholeAnswer.TryRead(body, CohereEvent.TryRead, out answer);

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) => new CohereStream(newScreen);

    public override string WriteRefusal(string message, string code, int status) => RefusalBody.Write(message, code);
}
