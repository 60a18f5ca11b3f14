using System.Text.RegularExpressions;
using IronCage.Safety.Recognisers.Identifiers;

namespace IronCage.Safety.Tests.Recognisers.Identifiers;

internal sealed class IdentifierAutomatonTests
{
    private static readonly IdentifierAutomaton All = new(IdentifierCatalogue.All, new bool[PiiKinds.All.Length], fewDigits: 4);

    [TestCase("99-9", "99-9")]
    [TestCase("9_9|A", "99,9 9,9-9,A")]
    [TestCase("", "")]
    public void Forms_are_written_out(string forms, string expected) => Assert.That(string.Join(',', IdentifierForms.Expand(forms)), Is.EqualTo(expected));

    [Test]
    public void Sign_that_is_not_of_the_notation_is_refused() => Assert.Throws<ArgumentException>(() => IdentifierSymbol.Mask('#'));

    [Test]
    public void Every_form_of_every_rule_ends_in_a_state_that_knows_the_rule()
    {
        foreach (IdentifierRule rule in IdentifierCatalogue.All)
        {
            foreach (string form in IdentifierForms.Expand(rule.Alone))
                Assert.That(All.End(Walk(form))!.Alone, Has.Member(rule), form);
            foreach (string form in IdentifierForms.Expand(rule.Spoken))
                Assert.That(All.End(Walk(form))!.Spoken, Has.Member(rule), form);
        }
    }

    /// <summary>What the recogniser relies on: see its constants.</summary>
    [Test]
    public void Forms_are_as_the_recogniser_reads_them()
    {
        foreach (IdentifierRule rule in IdentifierCatalogue.All)
        {
            foreach (string form in IdentifierForms.Expand(rule.Alone).Concat(IdentifierForms.Expand(rule.Spoken)))
            {
                Assert.That(form.Count(char.IsAsciiLetterOrDigit), Is.InRange(7, 24), form);
                Assert.That(char.IsAsciiLetterOrDigit(form[0]), Is.True, form);
                Assert.That(Regex.IsMatch(form, "^(A{0,6}|(A{1,6}[ -])?A{1,6}[ .-])9|^A*X|^(A{1,6}[ -])?A{1,6}[ .-]X"), Is.True, form);
            }
        }
    }

    [Test]
    public void Automaton_is_small_enough_for_a_cache() => Assert.That(All.Count, Is.LessThan(4000));

    private static int Walk(string form)
    {
        int state = All.Numbers;
        foreach (char c in form)
            state = All.Next(state, IdentifierSymbol.Of[c switch { '9' => (byte)'7', 'A' => (byte)'K', 'X' => (byte)'7', _ => (byte)c }]);
        return state;
    }
}
