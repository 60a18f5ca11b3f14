using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests.Recognisers;

internal sealed class SpokenEmailRecogniserTests
{
    [TestCase("Ask ⟦jane.doe at example dot com⟧ now")]
    [TestCase("⟦jane dot doe at mail dot example dot co dot uk⟧. Or ⟦JANE_DOE AT EXAMPLE DOT ORG⟧, ⟦doe83 at uni-hamburg dot de⟧")]
    [TestCase("My e-mail is ⟦jane at example dot com⟧, my sister has ⟦ann at gmail dot com⟧")]
    [TestCase("Please use ⟦joao at rosalab dot com dot br⟧; {\"to\": \"⟦ann-lee at example dot org⟧\"} > ⟦lea at example dot fr⟧\nnote: ⟦info at example dot de⟧")]
    [TestCase("邮箱 ⟦wei at example dot cn⟧")]
    public void Spoken_address_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "EMAIL_ADDRESS");

    /// <summary>Cut anywhere, and redacted twice.</summary>
    [Test]
    public void Mixtures_are_found_in_streams_and_redacted_at_once()
    {
        string[] pieces =
        [
            "jane.doe at example dot org", "mail ", " at ", " dot ", "jan dot doe", ": ann at host dot co dot uk", "joe", "gmail", "de", " ", "x@y.io", "4111 1111 1111 1111", ".", "-", "\"", "+",
            "[EMAIL_REDACTED]", "com", "[at]", "D", "aT", "DOT", "\n", "5",
        ];
        Gen.Int[0, pieces.Length - 1].Array[0, 14].Try(
            picks =>
            {
                byte[] text = Encoding.UTF8.GetBytes(string.Concat(picks.Select(i => pieces[i])));
                ScanStreamTests.CheckCuts(text, Enumerable.Range(1, Math.Max(0, text.Length - 1)));
                RedactionTests.CheckRedaction(text);
            },
            6000);
    }

    [TestCase("Please look at example dot com, or see us at example dot org: visit at example dot net")]
    [TestCase("jane at example dot com is what a sentence would say of a person")]
    [TestCase("The x-axis at the dot in the plot; figure 5b at each dot is new, and 42 at example dot com")]
    [TestCase("email us at example dot com, our mail page at example dot org; mail jane at example dot, or at example dot com")]
    [TestCase("jane.doe at example dot zzzz jane.doe at  example dot com jane.doe at example dot comic jane.doe at host dot com_x")]
    [TestCase("[EMAIL_REDACTED].doe at example dot com, [NAME_REDACTED] at example dot com; jane.doe at example dot com[EMAIL_REDACTED]")]
    public void Other_text_is_left_alone(string text) => Marked.Check("so " + text, "EMAIL_ADDRESS");
}
