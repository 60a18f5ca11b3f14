using IronCage.Safety.Recognisers;
using IronCage.Safety.Recognisers.Phones;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety.Tests.Recognisers.Phones;

internal sealed class PhoneTablesTests
{
    private static IEnumerable<TestCaseData> Forms() =>
        NationalPlans.All.SelectMany(plan => plan.Printed.Select(form => new TestCaseData(plan, form).SetArgDisplayNames(plan.Region, form)));

    [TestCaseSource(nameof(Forms))]
    public void Printed_form_has_a_length_that_its_region_has(object plan, string form)
    {
        var lengths = new NationalLengths([(NationalPlan)plan]);
        int count = form.Split('[', ']').Select((part, i) => i % 2 == 1 ? 1 : part.Count(c => c == 'x' || char.IsAsciiDigit(c))).Sum();
        byte[] digits = new byte[count];
        Assert.That(PrefixPattern.Expand(form).Any(prefix =>
        {
            (digits[0], digits[1], digits[2]) = ((byte)(prefix / 100), (byte)(prefix / 10 % 10), (byte)(prefix % 10));
            return lengths.Allow(digits);
        }), Is.True);
    }

    [Test]
    public void Every_region_is_there_once()
    {
        Assert.That(NationalPlans.All.Select(plan => plan.Region), Is.Unique);
        Assert.That(NationalPlans.All, Has.Length.GreaterThanOrEqualTo(100));
    }

    [TestCase("1", 1)]
    [TestCase("7", 7)]
    [TestCase("44", 44)]
    [TestCase("353", 353)]
    [TestCase("35", 0)]
    [TestCase("210", 0)]
    [TestCase("999", 0)]
    public void Country_code_is_found_by_its_digits(string digits, int code)
    {
        CountryCodes.TryFind([.. digits.Select(c => (byte)(c - '0'))], out CountryCode found);
        Assert.That(found.Digits <= digits.Length ? found.Code : 0, Is.EqualTo(code));
    }

    [TestCase("+441", ExpectedResult = 0)]
    [TestCase("512 345 678", ExpectedResult = 0)]
    [TestCase("030 12 34 56", ExpectedResult = 1)]
    [TestCase("0301234567", ExpectedResult = 1)]
    public int Named_country_loosens_its_own_numbers(string text)
    {
        var set = new RecogniserSet([new PhoneRecogniser(["DE"])]);
        var scratch = new ScanScratch();
        scratch.Begin(set);
        var candidates = new List<Candidate>();
        set.Examine(new TextWindow(System.Text.Encoding.UTF8.GetBytes(text), final: true, origin: 0, scratch), 0, candidates);
        return candidates.Count(candidate => candidate.End == text.Length);
    }
}
