using IronCage.Core.Money;

namespace IronCage.Lang.Usage;

/// <summary>One number of a usage object and where it stands.</summary>
internal readonly ref struct UsageFigure
{
    /// <summary>More tokens than any call can have; a provider that says more is not believed.</summary>
    public const long Implausible = 1_000_000_000;

    /// <summary>The name of the object it stands in; empty at the top.</summary>
    public ReadOnlySpan<byte> Parent { get; init; }

    /// <summary>What the object of an array says it is of: its <c>modality</c>, <c>ttl</c> or <c>type</c>; empty elsewhere.</summary>
    public ReadOnlySpan<byte> Kind { get; init; }

    public ReadOnlySpan<byte> Name { get; init; }

    /// <summary>0 to <see cref="Implausible"/>; −1 for what is no possible count.</summary>
    public long Count { get; init; }

    /// <summary>The number as dollars, rounded up to a picodollar; null for what is no possible sum.</summary>
    public Picodollars? Dollars { get; init; }

    /// <summary>Whether it stands at the top with this name.</summary>
    public bool Is(ReadOnlySpan<byte> name) => Parent.IsEmpty && Name.SequenceEqual(name);

    /// <summary>Whether it stands in the object of this name.</summary>
    public bool IsIn(ReadOnlySpan<byte> parent) => Parent.SequenceEqual(parent);

    /// <summary>The greater of two counts for the same thing; −1 when one of them is impossible.</summary>
    public static long Greater(long one, long other) => one < 0 || other < 0 ? -1 : Math.Max(one, other);
}
