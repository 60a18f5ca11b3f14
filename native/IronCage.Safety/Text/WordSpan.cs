namespace IronCage.Safety.Text;

/// <summary>One word among others.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last.</param>
/// <param name="IsPlural">Whether it ends in s and is longer than two bytes.</param>
internal readonly record struct WordSpan(int Start, int End, bool IsPlural)
{
    private const int WidestGap = 2;

    /// <summary>Whether so little stands between them that both may belong to one phrase.</summary>
    public bool Follows(in WordSpan before) => Start - before.End <= WidestGap;
}
