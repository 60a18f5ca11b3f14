namespace IronCage.Safety.Tests.Recognisers.Phones;

internal sealed class PhoneExtensionTests
{
    [TestCase("⟦+1 212 555 1234 ext. 12⟧ or ⟦+1 212 555 1234 ext 12⟧")]
    [TestCase("⟦212-555-1234x12⟧, ⟦212-555-1234 x 12⟧; ⟦212-555-1234 X12⟧.")]
    [TestCase("⟦(212) 555-1234, extension 4567⟧")]
    [TestCase("⟦(212) 555-1234 #12⟧, ⟦212-555-9999#7⟧")]
    [TestCase("tel:⟦+1-212-555-1234;ext=12⟧")]
    [TestCase("⟦+7 495 123-45-67 доб. 12⟧")]
    [TestCase("⟦+49 30 901820 Durchwahl 12⟧")]
    [TestCase("⟦+44 20 7946 0958 EXT 9⟧")]
    public void Extension_belongs_to_the_number(string marked) => Marked.Check(marked, "PHONE_NUMBER");

    [TestCase("⟦212-555-1234⟧ external 12")]
    [TestCase("⟦212-555-1234⟧ x ray")]
    [TestCase("⟦212-555-1234⟧ ext. 12345678")]
    [TestCase("⟦212-555-1234⟧ #1-2")]
    [TestCase("⟦212-555-1234⟧, 12")]
    [TestCase("212-555-1234y12")]
    public void Other_word_is_no_extension(string marked) => Marked.Check(marked, "PHONE_NUMBER");
}
