using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>One line of a bill: so many tokens (or requests, searches) of one bucket at one price.</summary>
/// <param name="Bucket">The bucket's name, as in price files.</param>
/// <param name="Count">How many. ≥ 0.</param>
/// <param name="Each">The price of one.</param>
/// <param name="Derived">The rule that supplied the price; <see cref="DerivedRules.None"/>: it is stated.</param>
public readonly record struct PriceItem(string Bucket, long Count, Picodollars Each, DerivedRules Derived)
{
    /// <summary>What the line costs.</summary>
    /// <exception cref="OverflowException">More than 9,223,372 dollars.</exception>
    public Picodollars Cost => Each * Count;
}
