using System.Globalization;

namespace IronCage.Core.Money;

/// <summary>
/// An exact amount of money: a whole number of picodollars (10⁻¹² US dollars) in a checked Int64.
/// Range ±9,223,372.036854775807 dollars; leaving it throws <see cref="OverflowException"/>, it never wraps.
/// Every price per token is a whole number of picodollars, so settlement never rounds.
/// </summary>
public readonly record struct Picodollars(long Value) : IComparable<Picodollars>
{
    /// <summary>Picodollars in one dollar: 10¹².</summary>
    public const long PerDollar = 1_000_000_000_000;

    public static Picodollars Zero => default;
    public static Picodollars MaxValue => new(long.MaxValue);

    /// <summary>Dollars to picodollars. A fraction below one picodollar throws <see cref="ArgumentOutOfRangeException"/>, as does an amount out of range.</summary>
    public static Picodollars FromDollars(decimal dollars)
    {
        decimal pico;
        try { pico = dollars * PerDollar; }
        catch (OverflowException) { throw new ArgumentOutOfRangeException(nameof(dollars), "the amount is out of range (at most 9,223,372 dollars)"); }
        if (pico != decimal.Truncate(pico))
            throw new ArgumentOutOfRangeException(nameof(dollars), "an amount has at most 12 decimal places");
        if (pico is > long.MaxValue or < long.MinValue)
            throw new ArgumentOutOfRangeException(nameof(dollars), "the amount is out of range (at most 9,223,372 dollars)");
        return new Picodollars((long)pico);
    }

    public decimal ToDollars() => (decimal)Value / PerDollar;

    public static Picodollars operator +(Picodollars a, Picodollars b) => new(checked(a.Value + b.Value));
    public static Picodollars operator -(Picodollars a, Picodollars b) => new(checked(a.Value - b.Value));
    public static Picodollars operator *(Picodollars a, long n) => new(checked(a.Value * n));
    public static bool operator <(Picodollars a, Picodollars b) => a.Value < b.Value;
    public static bool operator >(Picodollars a, Picodollars b) => a.Value > b.Value;
    public static bool operator <=(Picodollars a, Picodollars b) => a.Value <= b.Value;
    public static bool operator >=(Picodollars a, Picodollars b) => a.Value >= b.Value;

    public static Picodollars Min(Picodollars a, Picodollars b) => a <= b ? a : b;
    public static Picodollars Max(Picodollars a, Picodollars b) => a >= b ? a : b;

    public int CompareTo(Picodollars other) => Value.CompareTo(other.Value);

    /// <summary>Plain decimal dollars, no exponent, no trailing zeros: <c>"0.0375"</c>.</summary>
    public override string ToString() =>
        ToDollars().ToString("0.############", CultureInfo.InvariantCulture);
}
