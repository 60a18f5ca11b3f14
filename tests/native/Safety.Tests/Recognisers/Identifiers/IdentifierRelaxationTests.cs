using System.Text;
using IronCage.Safety.Recognisers;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety.Tests.Recognisers.Identifiers;

internal sealed class IdentifierRelaxationTests
{
    [TestCase("UK_NHS", "499 376 0280", 0.5f)]
    [TestCase("IN_PAN", "BROHZ9113Y", 0.5f)]
    [TestCase("DK_CPR", "050786-2315", 0.5f)]
    [TestCase("UK_NHS", "nhs 499 376 0280", 0.9f)]
    public void Weak_shape_of_a_named_country_is_found_without_a_word(string kind, string text, float score) =>
        Assert.That(Examine(kind, text).Select(c => c.Score), Is.EqualTo(new[] { score }));

    [TestCase("UK_NHS", "499 376 0281")]
    [TestCase("UK_PASSPORT", "398555157")]
    [TestCase("US_SSN", "191109987")]
    [TestCase("NG_NIN", "89806592985")]
    public void Digits_that_nothing_confirms_are_left_alone_all_the_same(string kind, string text) => Assert.That(Examine(kind, text), Is.Empty);

    private static List<Candidate> Examine(string name, string text)
    {
        PiiKinds.TryGet(name, out PiiKind? kind);
        bool[] only = [.. PiiKinds.All.ToArray().Select(k => k == kind)];
        var set = new RecogniserSet(RecogniserCatalogue.For(only, relaxed: only, regions: []));
        var scratch = new ScanScratch();
        scratch.Begin(set);
        var candidates = new List<Candidate>();
        set.Examine(new TextWindow(Encoding.UTF8.GetBytes(text), final: true, origin: 0, scratch), 0, candidates);
        return candidates;
    }
}
