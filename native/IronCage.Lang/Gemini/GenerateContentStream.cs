using IronCage.Core.Text;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Gemini;

/// <summary>A streamed answer: chunks in the form of whole answers, each with the usage so far; each candidate tells why it ended.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>; nothing here is signed by its text.</param>
/// <param name="choices">How many candidates were asked for.</param>
public sealed class GenerateContentStream(Func<TextUse, ITextScreen>? newScreen, int choices = 1) : SseStream(newScreen, hideUsage: false)
{

    private protected override int Choices => choices;

    private protected override bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading) => GenerateContentChunk.TryRead(data, offset, reading, choices);
}
