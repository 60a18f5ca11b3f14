using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>What may stand beside a token that has no beginning of its own: not what makes it a part of a longer one, of a host name or of a file name.</summary>
internal static class RunEdge
{
    public static bool LeftFree(ReadOnlySpan<byte> text, int start) =>
        start == 0 || text[start - 1] is not ((byte)'-' or (byte)'+' or (byte)'.' or (byte)'#' or (byte)'~' or (byte)'*') || (start > 1 && text[start - 2] is (byte)' ' or (byte)'\n');

    /// <summary>As <see cref="Edge.Right"/>; a joiner between it and a letter or digit makes it part of something longer, and so does one before a bracket.</summary>
    public static MatchState Right(in TextWindow window, int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        MatchState state = Edge.Right(window, end, ""u8);
        if (state != MatchState.Match || end >= text.Length || text[end] is not ((byte)'-' or (byte)'+' or (byte)'/' or (byte)'=' or (byte)'.' or (byte)'*'))
            return state;
        if (text[end] == '=')
            return MatchState.NoMatch;
        if (end + 1 >= text.Length)
            return window.Final ? MatchState.Match : MatchState.NeedMore;
        return ByteClass.IsWord(text[end + 1]) || text[end + 1] is (byte)'[' or (byte)'*' ? MatchState.NoMatch : MatchState.Match;
    }
}
