using System.Globalization;
using System.Numerics;
using CsCheck;
using IronCage.Core.Money;

namespace IronCage.Core.Tests.Money;

public class PicodollarsTests
{
    private static readonly Gen<long> Amount = Gen.OneOf(Gen.Long, Gen.Long[-1_000_000, 1_000_000], Gen.OneOf(long.MinValue, long.MaxValue, 0L, 1L, -1L));

    [TestCase("0", 0L)]
    [TestCase("0.000000000001", 1L)]
    [TestCase("-0.000000000001", -1L)]
    [TestCase("0.0375", 37_500_000_000L)]
    [TestCase("1", 1_000_000_000_000L)]
    [TestCase("1.000000000000000", 1_000_000_000_000L)]
    [TestCase("9223372.036854775807", long.MaxValue)]
    [TestCase("-9223372.036854775808", long.MinValue)]
    [TestCase("1.0000000000000000000000000000", 1_000_000_000_000L)]
    public void FromDollars_is_exact(string dollars, long expected) =>
        Assert.That(Picodollars.FromDollars(Parse(dollars)).Value, Is.EqualTo(expected));

    [TestCase("0.0000000000001")]
    [TestCase("-0.0000000000001")]
    [TestCase("0.0000000000000000000000000001")]
    [TestCase("1.0000000000000000000000000001")]
    [TestCase("1234567.1234567890120000000001")]
    [TestCase("7223372.0368547758070000000001")]
    public void FromDollars_rejects_fractions_of_a_picodollar(string dollars)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => Picodollars.FromDollars(Parse(dollars)))!;

        Assert.That(e.Message, Does.Contain("12 decimal places"));
    }

    [TestCase("9223372.036854775808")]
    [TestCase("-9223372.036854775809")]
    [TestCase("10000000")]
    [TestCase("79228162514264337593543950335")]
    [TestCase("-79228162514264337593543950335")]
    public void FromDollars_rejects_amounts_out_of_range(string dollars)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => Picodollars.FromDollars(Parse(dollars)))!;

        Assert.That(e.Message, Does.Contain("9,223,372 dollars"));
    }

    [TestCase(0L, "0")]
    [TestCase(1L, "0.000000000001")]
    [TestCase(-1L, "-0.000000000001")]
    [TestCase(37_500_000_000L, "0.0375")]
    [TestCase(1_000_000_000_000L, "1")]
    [TestCase(-50_000_000_000_000L, "-50")]
    [TestCase(1_234_567_500_000_000_000L, "1234567.5")]
    [TestCase(long.MaxValue, "9223372.036854775807")]
    [TestCase(long.MinValue, "-9223372.036854775808")]
    public void ToString_is_plain_decimal_dollars(long value, string expected) =>
        Assert.That(new Picodollars(value).ToString(), Is.EqualTo(expected));

    [Test]
    public void ToString_does_not_depend_on_the_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NegativeSign = "~" } };
        try
        {
            Assert.That(new Picodollars(-37_500_000_000).ToString(), Is.EqualTo("-0.0375"));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Test]
    public void Any_amount_survives_text_and_dollars() => Amount.Sample(value =>
    {
        var amount = new Picodollars(value);
        Assert.That(Picodollars.FromDollars(amount.ToDollars()), Is.EqualTo(amount));
        Assert.That(Picodollars.FromDollars(Parse(amount.ToString())), Is.EqualTo(amount));
        Assert.That(amount.ToString(), Does.Match(@"^-?(0|[1-9]\d*)(\.\d{0,11}[1-9])?$"));
    }, iter: 10_000);

    [Test]
    public void Arithmetic_is_that_of_whole_numbers_or_throws() => Gen.Select(Amount, Amount).Sample((a, b) =>
    {
        Check((BigInteger)a + b, () => new Picodollars(a) + new Picodollars(b));
        Check((BigInteger)a - b, () => new Picodollars(a) - new Picodollars(b));
        Check((BigInteger)a * b, () => new Picodollars(a) * b);
    }, iter: 10_000);

    [Test]
    public void Order_is_that_of_whole_numbers() => Gen.Select(Amount, Amount).Sample((a, b) =>
    {
        var (x, y) = (new Picodollars(a), new Picodollars(b));
        Assert.That(((x < y), (x > y), (x <= y), (x >= y), x == y), Is.EqualTo(((a < b), (a > b), (a <= b), (a >= b), a == b)));
        Assert.That(Math.Sign(x.CompareTo(y)), Is.EqualTo(Math.Sign(a.CompareTo(b))));
        Assert.That((Picodollars.Min(x, y).Value, Picodollars.Max(x, y).Value), Is.EqualTo((Math.Min(a, b), Math.Max(a, b))));
    }, iter: 10_000);

    [Test]
    public void Zero_and_MaxValue_are_the_ends_that_budgets_use() =>
        Assert.That((Picodollars.Zero.Value, Picodollars.MaxValue.Value, default(Picodollars)), Is.EqualTo((0L, long.MaxValue, Picodollars.Zero)));

    private static void Check(BigInteger exact, Func<Picodollars> compute)
    {
        if (exact >= long.MinValue && exact <= long.MaxValue)
            Assert.That(compute().Value, Is.EqualTo((long)exact));
        else
            Assert.Throws<OverflowException>(() => compute());
    }

    private static decimal Parse(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
