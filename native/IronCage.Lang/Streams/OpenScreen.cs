using IronCage.Core.Text;

namespace IronCage.Lang.Streams;

/// <summary>The screen of a stream that nobody scans: everything is decided at once.</summary>
internal sealed class OpenScreen : ITextScreen
{
    public static readonly OpenScreen Instance = new();

    public long Push(ReadOnlySpan<byte> piece, bool final, List<TextEdit> edits) => long.MaxValue;
}
