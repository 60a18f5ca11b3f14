using IronCage.Core.Text;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Ollama;

/// <summary>A streamed answer of Ollama's own API: a line for each piece, the last of which says that it is done.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
public sealed class OllamaStream(Func<TextUse, ITextScreen>? newScreen) : LineStream(newScreen)
{
    private protected override bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading) => OllamaLine.TryRead(data, offset, reading);
}
