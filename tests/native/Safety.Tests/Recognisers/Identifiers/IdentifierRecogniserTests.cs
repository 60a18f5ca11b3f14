using System.Text;
using IronCage.Safety.Recognisers.Identifiers;

namespace IronCage.Safety.Tests.Recognisers.Identifiers;

internal sealed class IdentifierRecogniserTests
{
    /// <summary>Kinds whose check notices no wrong digit, or not all: those made of a shape and a date.</summary>
    private static readonly string[] Unchecked = [.. IdentifierCatalogue.All.Where(rule => !rule.HasChecksum).Select(rule => rule.Kind.Name).Distinct()];

    private static IEnumerable<TestCaseData> Samples => IdentifierSamples.All.Select(sample => new TestCaseData(sample.Kind, sample.Marked).SetArgDisplayNames(sample.Kind));

    [TestCaseSource(nameof(Samples))]
    public void Identifier_is_found_with_its_exact_span(string kind, string marked) => Marked.Check(marked, kind);

    [TestCaseSource(nameof(Samples))]
    public void Identifier_is_found_for_what_it_is_among_all_kinds(string kind, string marked)
    {
        List<string> found = Marked.Kinds(marked.Replace("⟦", "", StringComparison.Ordinal).Replace("⟧", "", StringComparison.Ordinal));
        foreach (string value in Values(marked))
            Assert.That(found, Has.Member($"{kind} {value}"));
    }

    [Test]
    public void Every_national_kind_has_a_sample() => Assert.That(
        PiiKinds.All.ToArray().Where(kind => kind.Group == PiiGroup.National).Select(kind => kind.Name),
        Is.SubsetOf(IdentifierSamples.All.Select(sample => sample.Kind)));

    [Test]
    public void Value_with_a_wrong_digit_is_left_alone()
    {
        int wrong = 0;
        var found = new List<string>();
        foreach ((string kind, string marked) in IdentifierSamples.All.Where(sample => !Unchecked.Contains(sample.Kind)))
        {
            Scanner scanner = Scanners.For(kind);
            foreach (string value in Values(marked))
            {
                string left = marked[..marked.IndexOf('⟦' + value, StringComparison.Ordinal)].Replace("⟦", "", StringComparison.Ordinal).Replace("⟧", "", StringComparison.Ordinal);
                foreach (string changed in Changed(value))
                {
                    wrong++;
                    int start = Encoding.UTF8.GetByteCount(left);
                    if (scanner.Scan(Encoding.UTF8.GetBytes(left + changed)).Any(f => f.Start >= start))
                        found.Add($"{kind} {changed}");
                }
            }
        }

        Assert.That(wrong, Is.GreaterThan(5000));

        // Sums by 10 with even weights (Mexico, the DEA) miss some wrong digits, and by 11 with two remainders for one digit (the UTR, Colombia).
        Assert.That(found, Has.Count.LessThan(wrong / 50), string.Join("; ", found.Take(40)));
    }

    [TestCase("499 376 0280, 4993760280, 79082364357, 904488764, 496-001-934")]
    [TestCase("9602 1167 8646; 1896684479344; 21 255 426 685; C01X00T478; QZA308278; BROHZ9113Y; 46 621 538 768")]
    [TestCase("[UK_NHS_REDACTED] 499 376 0280")]
    public void Weak_shape_without_a_word_is_left_alone(string text) => Marked.Check(text, [.. PiiKinds.All.ToArray().Where(k => k.Group == PiiGroup.National).Select(k => k.Name)]);

    [TestCase("UK_NHS", "NHS numbers: ⟦499 376 0280⟧, ⟦957 099 0805⟧ and ⟦4993760280⟧")]
    [TestCase("UK_NHS", "NHS ⟦499 376 0280⟧; her telephone is 957 099 0805")]
    [TestCase("UK_NHS", "NHS ⟦499 376 0280⟧; ref: 957 099 0805")]
    [TestCase("UK_NHS", "NHS (since 1948): ⟦499 376 0280⟧")]
    [TestCase("UK_NHS", "nhs\": \"⟦4993760280⟧\", \"phone\": \"9570990805\"")]
    public void Word_speaks_of_the_next_value_or_of_a_list(string kind, string marked) => Marked.Check(marked, kind);

    [TestCase("x4993760280 4993760280x 4993760280-1 1-4993760280 4993760280.5 +4993760280")]
    [TestCase("4993760280_ _4993760280 49937602801 149937602801")]
    public void Part_of_something_longer_is_left_alone(string text) => Marked.Check("nhs " + text, "UK_NHS");

    [TestCase("aAB123456C AB123456Cd 1-AB123456C Ab123456C 00000000000 12AB123456C")]
    [TestCase("BG123456C AB123456E DA123456A AO123456A")]
    public void Letters_beside_or_of_two_cases_make_something_else(string text) => Marked.Check("nino " + text, "UK_NINO");

    [TestCase("\"\\nAB123456C\"", 3)]
    [TestCase("\\u003cAB123456C", 6)]
    [TestCase("编号AB123456C号", 6)]
    public void Identifier_begins_behind_an_escape_or_another_script(string text, int start) =>
        Assert.That(Scanners.For("UK_NINO").Scan(Encoding.UTF8.GetBytes(text)).Select(f => f.Start), Is.EqualTo(new[] { start }));

    [TestCase("UK_NHS", "NHS 499 376 0280", Evidence.Pattern | Evidence.Checksum | Evidence.Context)]
    [TestCase("UK_NINO", "AB123456C", Evidence.Pattern)]
    [TestCase("UK_NINO", "NINO AB123456C", Evidence.Pattern | Evidence.Context)]
    [TestCase("BR_CPF", "040.152.477-95", Evidence.Pattern | Evidence.Checksum)]
    public void Finding_tells_its_evidence(string kind, string text, Evidence evidence) =>
        Assert.That(Scanners.For(kind).Scan(Encoding.UTF8.GetBytes(text)).Select(f => f.Evidence), Is.EqualTo(new[] { evidence }));

    [Test]
    public void Word_raises_the_score()
    {
        float Score(string text) => Scanners.For("BR_CPF").Scan(Encoding.UTF8.GetBytes(text)).Single().Score;
        Assert.That(Score("CPF 040.152.477-95"), Is.GreaterThan(Score("040.152.477-95")));
    }

    private static IEnumerable<string> Values(string marked) =>
        marked.Split('⟦').Skip(1).Select(rest => rest[..rest.IndexOf('⟧', StringComparison.Ordinal)]);

    private static IEnumerable<string> Changed(string value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            for (char c = '0'; char.IsAsciiDigit(value[i]) && c <= '9'; c++)
            {
                if (c != value[i])
                    yield return value[..i] + c + value[(i + 1)..];
            }
        }
    }
}
