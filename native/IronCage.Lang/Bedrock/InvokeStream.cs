using IronCage.Core.Text;
using IronCage.Lang.Anthropic;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Bedrock;

/// <summary>The chunks of Anthropic's models: events of messages.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>; thinking is signed.</param>
public sealed class InvokeStream(Func<TextUse, ITextScreen>? newScreen) : ChunkStream(newScreen)
{
    private MessagesUsage _told;
    private MessagesUsage _usage;

    private protected override bool TryRead(string type, ReadOnlySpan<byte> payload, StreamReading reading) => MessagesEvent.TryRead(payload, 0, reading, out _told);

    private protected override void TakeUsage(StreamReading reading)
    {
        _usage.Take(_told);
        _told = default;
        Usage = _usage.ToWire();
    }
}
