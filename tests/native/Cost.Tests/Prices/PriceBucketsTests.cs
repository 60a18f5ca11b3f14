using CsCheck;
using IronCage.Core.Money;

namespace IronCage.Cost.Tests.Prices;

public sealed class PriceBucketsTests
{
    [Test]
    public void One_dollar_per_million_tokens_is_a_million_picodollars_per_token() =>
        Assert.That(PriceBuckets.PerToken(1m).Value, Is.EqualTo(1_000_000));

    [Test]
    public void Dollars_per_million_survive_the_way_there_and_back() =>
        Gen.Long[0, 1_000_000_000].Sample(p => PriceBuckets.PerToken(PriceBuckets.DollarsPerMillion(new Picodollars(p))).Value == p);

    [TestCase("-0.1")]
    [TestCase("0.0000001")]
    [TestCase("9223372036855")]
    public void A_price_out_of_range_throws(string dollars) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PriceBuckets.PerToken(decimal.Parse(dollars, System.Globalization.CultureInfo.InvariantCulture)));

    [Test]
    public void Assumed_prices_say_that_they_are_assumed()
    {
        var model = ModelPrice.Assumed("mine", PriceBuckets.FromDollarsPerMillion(1m, output: 2m, cachedInput: 0.5m), [new PriceTier(10, PriceBuckets.FromDollarsPerMillion(3m))]);
        Assert.Multiple(() =>
        {
            Assert.That(model.IsAssumed, Is.True);
            Assert.That(model.Source, Is.EqualTo("assumed"));
            Assert.That(model.Checked, Is.Null);
            Assert.That(model.BucketsFor(10).Output!.Value.Value, Is.EqualTo(2_000_000));
            Assert.That(model.BucketsFor(11).Output, Is.Null);
        });
    }

    [Test]
    public void Assumed_tiers_must_ascend() =>
        Assert.Throws<ArgumentException>(() => ModelPrice.Assumed("m", default, [new PriceTier(10, default), new PriceTier(5, default)]));
}
