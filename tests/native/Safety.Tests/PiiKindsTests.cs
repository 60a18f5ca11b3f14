using System.Text;
using System.Text.RegularExpressions;

namespace IronCage.Safety.Tests;

internal sealed class PiiKindsTests
{
    [TestCase("EMAIL_ADDRESS", "[EMAIL_REDACTED]")]
    [TestCase("CREDIT_CARD", "[CREDIT_CARD_REDACTED]")]
    [TestCase("US_SSN", "[SSN_REDACTED]")]
    [TestCase("PHONE_NUMBER", "[PHONE_REDACTED]")]
    [TestCase("IBAN_CODE", "[IBAN_REDACTED]")]
    [TestCase("IP_ADDRESS", "[IP_ADDRESS_REDACTED]")]
    [TestCase("OPENAI_API_KEY", "[OPENAI_API_KEY_REDACTED]")]
    [TestCase("GITHUB_TOKEN", "[GITHUB_TOKEN_REDACTED]")]
    [TestCase("PRIVATE_KEY", "[PRIVATE_KEY_REDACTED]")]
    public void Redacted_form_is_the_published_one(string name, string form)
    {
        Assert.That(PiiKinds.TryGet(name, out PiiKind? kind), Is.True);
        Assert.That(kind!.RedactedForm, Is.EqualTo(form));
    }

    [Test]
    public void Every_kind_is_found_by_name_and_stands_at_its_index()
    {
        for (int i = 0; i < PiiKinds.All.Length; i++)
        {
            PiiKind kind = PiiKinds.All[i];
            Assert.That(kind.Index, Is.EqualTo(i));
            Assert.That(PiiKinds.TryGet(kind.Name, out PiiKind? found), Is.True);
            Assert.That(found, Is.SameAs(kind));
            Assert.That(kind.IsSecret, Is.EqualTo(kind.Group == PiiGroup.Secret));
            Assert.That(Encoding.ASCII.GetString(kind.RedactedUtf8.Span), Is.EqualTo(kind.RedactedForm));
            Assert.That(kind.Name, Does.Match(new Regex(@"^[A-Z][A-Z0-9_]{1,39}$")));
            Assert.That(kind.RedactedForm, Does.Match(new Regex(@"^\[[A-Z0-9_]{1,40}_REDACTED\]$")));
            Assert.That(kind.Region is not null || kind.Group != PiiGroup.National, Is.True, kind.Name);
        }

        Assert.That(PiiKinds.TryGet("email_address", out _), Is.False);
    }

    [Test]
    public void Groups_follow_one_another() => Assert.That(PiiKinds.All.ToArray().Select(kind => kind.Group), Is.Ordered);
}
