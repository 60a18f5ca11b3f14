using System.Buffers;
using System.Text;

namespace IronCage.Cost;

/// <summary>Text with U+FFFD for each maximal invalid sequence, as JSON readers and Unicode's recommendation have it. A pooled copy: dispose of it.</summary>
internal readonly ref struct RepairedText
{
    private readonly byte[] buffer;
    private readonly int length;

    /// <exception cref="OverflowException">The copy would have more than 2 GB: it may be three times as long.</exception>
    public RepairedText(ReadOnlySpan<byte> invalid)
    {
        var needed = 0;
        for (var rest = invalid; !rest.IsEmpty;)
        {
            Rune.DecodeFromUtf8(rest, out var rune, out var consumed);
            needed = checked(needed + rune.Utf8SequenceLength);
            rest = rest[consumed..];
        }
        buffer = ArrayPool<byte>.Shared.Rent(needed);
        while (!invalid.IsEmpty)
        {
            Rune.DecodeFromUtf8(invalid, out var rune, out var consumed);
            length += rune.EncodeToUtf8(buffer.AsSpan(length));
            invalid = invalid[consumed..];
        }
    }

    public ReadOnlySpan<byte> Text => buffer.AsSpan(0, length);

    /// <summary>Gives the buffer back, cleared: prompts do not linger in a shared pool.</summary>
    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
}
