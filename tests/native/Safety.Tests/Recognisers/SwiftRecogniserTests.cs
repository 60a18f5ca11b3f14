namespace IronCage.Safety.Tests.Recognisers;

internal sealed class SwiftRecogniserTests
{
    [TestCase("SWIFT code: ⟦DEUTDEFF⟧")]
    [TestCase("BIC ⟦DEUTDEFF500⟧, swift_code=\"⟦CHASUS33XXX⟧\"")]
    [TestCase("Le code BIC est ⟦BNPAFRPP⟧. código SWIFT ⟦CAIXESBB⟧")]
    public void Code_after_its_word_is_found(string marked) => Marked.Check(marked, "SWIFT_CODE");

    [TestCase("DEUTDEFF")]
    [TestCase("BIC DEUTXXFF BIC DEUTDEFF50 BIC deutdeff BIC DEU1DEFF BIC DEUTDE0F")]
    public void Other_text_is_left_alone(string text) => Marked.Check(text, "SWIFT_CODE");
}
