namespace IronCage.Safety.Tests.Recognisers;

internal sealed class PhoneRecogniserTests
{
    [TestCase("⟦+1 212 555 1234⟧")]
    [TestCase("⟦+12125551234⟧.")]
    [TestCase("⟦+1 (212) 555-1234⟧, ext. 5")]
    [TestCase("⟦+44 20 7946 0958⟧")]
    [TestCase("⟦+44 (0)20 7946 0958⟧")]
    [TestCase("⟦+49-30-901820⟧")]
    [TestCase("⟦+33 1 42 68 53 00⟧")]
    [TestCase("⟦+8613812345678⟧")]
    [TestCase("(⟦+81.3.1234.5678⟧)")]
    [TestCase("⟦(212) 555-1234⟧")]
    [TestCase("⟦(212)555-1234⟧")]
    [TestCase("⟦212-555-1234⟧ and ⟦212.555.1234⟧.")]
    [TestCase("⟦1-800-555-1234⟧")]
    [TestCase("⟦212 555-1234⟧")]
    [TestCase("phone 212 555 123, phone ⟦212 555 1234⟧")]
    [TestCase("Tel: ⟦2125551234⟧")]
    [TestCase("\"phone_number\": \"⟦2125551234⟧\"")]
    [TestCase("mobile ⟦07911 123456⟧ or fax ⟦020 7946 0958⟧")]
    [TestCase("电话⟦+8613812345678⟧。")]
    [TestCase("[⟦212-555-1234⟧](tel:⟦+12125551234⟧)")]
    public void Phone_number_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "PHONE_NUMBER");

    [TestCase("2024-05-01 12:30:45 2024-05-01T12:30:45+02:00 20240501123045")]
    [TestCase("+2024-05-01 12:30:45 new line in a diff")]
    [TestCase("1.2.3 10.20.3000 v212.555.1234 3.14159265358979")]
    [TestCase("2125551234 1700000000 12125551234")]
    [TestCase("call 1700000000")]
    [TestCase("112-555-1234 212-155-1234 911-555-1234 212-911-1234")]
    [TestCase("212-555-12345 1212-555-1234 212-555-1234-5 5.212.555.1234")]
    [TestCase("+123 +12345 +0123456789 +1234567890123456789")]
    [TestCase("a+12125551234 i++12125551234")]
    [TestCase("profit +20 000 000")]
    [TestCase("212 555 1234")]
    [TestCase("127.0.0.1 192.168.100.200")]
    [TestCase("4111-1111-1111-1111")]
    [TestCase("$212-555-1234 #2125551234")]
    [TestCase("wafer 2125551234")]
    public void Other_number_is_left_alone(string text) => Marked.Check(text, "PHONE_NUMBER");
}
