namespace IronCage.Cost;

/// <summary>A price file that cannot be used: the message says in which line, what stands there and what is accepted.</summary>
public sealed class PriceFileException : Exception
{
    internal PriceFileException(long line, string problem)
        : base($"line {line}: {problem}") => Line = line;

    /// <summary>The line, from 1.</summary>
    public long Line { get; }
}
