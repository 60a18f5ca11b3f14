using IronCage.Core.Text;
using IronCage.Lang.EventStream;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Bedrock;

/// <summary>A streamed answer of converse-stream: blocks in pieces, <c>messageStop</c>, and <c>metadata</c> with the usage at the end.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>; reasoning is signed.</param>
public sealed class ConverseStream(Func<TextUse, ITextScreen>? newScreen) : EventFrameStream(newScreen)
{
    private protected override bool TryRead(string type, ReadOnlySpan<byte> payload, StreamReading reading) => ConverseEvent.TryRead(type, payload, reading);
}
