using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Bedrock;

/// <summary>The chunks of Amazon's Nova models: the events of converse-stream, each an object whose member says what it is; <c>metadata</c> with the usage is the last.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>; reasoning is signed.</param>
public sealed class NovaStream(Func<TextUse, ITextScreen>? newScreen) : ChunkStream(newScreen)
{
    private protected override bool TryRead(string type, ReadOnlySpan<byte> payload, StreamReading reading) => ConverseEvent.TryRead(type: null, payload, reading);
}
