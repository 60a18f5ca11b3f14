namespace IronCage.Lang.Usage;

/// <summary>The numbers of a usage object as one protocol names them, on their way into disjoint buckets.</summary>
internal interface IUsageCounts
{
    /// <summary>Notes a number, if it is one of the protocol's.</summary>
    void Take(in UsageFigure figure);

    /// <summary>The disjoint buckets; null when the input was not told, or a figure is impossible: negative, a part above its whole, no whole number.</summary>
    WireUsage? ToWire();
}
