namespace IronCage.Safety.Tests.Recognisers.Identifiers;

internal sealed class SocialSecurityNumberTests
{
    [TestCase("SSN ⟦123-45-6789⟧.")]
    [TestCase("⟦123 45 6789⟧")]
    [TestCase("(⟦899-99-9999⟧)")]
    [TestCase("ssn: ⟦123456789⟧")]
    [TestCase("user_ssn=⟦123456789⟧")]
    [TestCase("Social Security number ⟦123456789⟧, thanks")]
    [TestCase("SSNs: ⟦123456789⟧, ⟦234567890⟧")]
    [TestCase("编号⟦123-45-6789⟧号")]
    [TestCase("SSN ⟦123\u201145\u20116789⟧, ssn ⟦123\u201345\u20136789⟧")]
    public void Social_security_number_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "US_SSN");

    [TestCase("000-12-3456 666-12-3456 900-12-3456 999-12-3456")]
    [TestCase("123-00-4567 123-45-0000")]
    [TestCase("123456789")]
    [TestCase("lessn 123456789")]
    [TestCase("123-45 6789")]
    [TestCase("1123-45-6789 123-45-67890 123-45-6789-1 12-123-45-6789")]
    [TestCase("x123-45-6789")]
    [TestCase("2024-05-01")]
    [TestCase("[SSN_REDACTED] 123456789")]
    [TestCase("ssn ................................................................. 123456789")]
    public void Other_number_is_left_alone(string text) => Marked.Check(text, "US_SSN");
}
