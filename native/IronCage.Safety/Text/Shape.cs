namespace IronCage.Safety.Text;

/// <summary>Fixed shapes of digits and separators, written with <c>d</c> for a digit and any other byte for itself.</summary>
internal static class Shape
{
    public static MatchState Match(in TextWindow window, int start, ReadOnlySpan<byte> shape)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        for (int i = 0; i < shape.Length; i++)
        {
            if (start + i >= text.Length)
                return window.Final ? MatchState.NoMatch : MatchState.NeedMore;
            byte b = text[start + i];
            if (shape[i] == 'd' ? !ByteClass.IsDigit(b) : b != shape[i])
                return MatchState.NoMatch;
        }

        return MatchState.Match;
    }
}
