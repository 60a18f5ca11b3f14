namespace IronCage.Safety.Tests.Recognisers;

internal sealed class IbanRecogniserTests
{
    [TestCase("⟦DE89370400440532013000⟧")]
    [TestCase("IBAN: ⟦DE89 3704 0044 0532 0130 00⟧, BIC X")]
    [TestCase("⟦de89370400440532013000⟧.")]
    [TestCase("⟦GB29 NWBK 6016 1331 9268 19⟧")]
    [TestCase("⟦FR1420041010050500013M02606⟧")]
    [TestCase("⟦NO9386011117947⟧ ⟦BE68539007547034⟧")]
    [TestCase("⟦MT84MALT011000012345MTLCAST001S⟧")]
    [TestCase("⟦NL91 ABNA 0417 1643 00⟧ 12")]
    [TestCase("账号⟦DE89370400440532013000⟧")]
    [TestCase("⟦DE89 37040044 0532 0130 00⟧ ⟦DE89-3704-0044-0532-0130-00⟧ ⟦de89 3704 0044 0532 0130 00⟧")]
    [TestCase("\"\\n⟦DE89370400440532013000⟧\"")]
    [TestCase("⟦DE89\u00A03704\u00A00044\u00A00532\u00A00130\u00A000⟧\u2014")]
    [TestCase("⟦AZ21 NABZ 0000 0000 1370 1000 1944⟧ ⟦LC55HEMM000100010012001200023015⟧ ⟦SC18SSCB11010000000000001497USD⟧")]
    public void Account_number_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "IBAN_CODE");

    [TestCase("DE88370400440532013000")]
    [TestCase("DE8937040044053201300 DE893704004405320130000")]
    [TestCase("XX89370400440532013000")]
    [TestCase("GB29 1234 6016 1331 9268 19 NL91ABNA041716430A")]
    [TestCase("ADE89370400440532013000")]
    [TestCase("DE89  3704 0044 0532 0130 00")]
    [TestCase("DE 89 3704 0044 0532 0130 00")]
    public void Other_text_is_left_alone(string text) => Marked.Check(text, "IBAN_CODE");
}
