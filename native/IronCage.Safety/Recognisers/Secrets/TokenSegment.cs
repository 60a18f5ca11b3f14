namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>A part of a token: fixed bytes, or between <paramref name="Min"/> and <paramref name="Max"/> bytes of a set.</summary>
internal sealed record TokenSegment(byte[] Literal, AsciiSet Set, int Min, int Max)
{
    public bool IsLiteral => Literal.Length > 0;

    public bool IsFixed => Min == Max;

    public static TokenSegment Fixed(byte[] literal) => new(literal, default, literal.Length, literal.Length);
}
