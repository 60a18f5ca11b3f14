using System.Text;
using System.Text.RegularExpressions;

namespace IronCage.Safety.Tests;

internal sealed class PiiKindsTests
{
    [Test]
    public void Names_and_redacted_forms_are_the_published_ones() => Assert.That(
        PiiKinds.All.ToArray().Select(kind => $"{kind.Name} {kind.RedactedForm}"),
        Is.EqualTo(new[]
        {
            "EMAIL_ADDRESS [EMAIL_REDACTED]", "CREDIT_CARD [CREDIT_CARD_REDACTED]", "US_SSN [SSN_REDACTED]", "PHONE_NUMBER [PHONE_REDACTED]",
            "IBAN_CODE [IBAN_REDACTED]", "IP_ADDRESS [IP_ADDRESS_REDACTED]", "OPENAI_API_KEY [OPENAI_API_KEY_REDACTED]",
            "ANTHROPIC_API_KEY [ANTHROPIC_API_KEY_REDACTED]", "GOOGLE_API_KEY [GOOGLE_API_KEY_REDACTED]", "AWS_ACCESS_KEY [AWS_ACCESS_KEY_REDACTED]",
            "AWS_SECRET_KEY [AWS_SECRET_KEY_REDACTED]", "AZURE_API_KEY [AZURE_API_KEY_REDACTED]", "GITHUB_TOKEN [GITHUB_TOKEN_REDACTED]",
            "HUGGINGFACE_TOKEN [HUGGINGFACE_TOKEN_REDACTED]", "GROQ_API_KEY [GROQ_API_KEY_REDACTED]", "XAI_API_KEY [XAI_API_KEY_REDACTED]",
            "PRIVATE_KEY [PRIVATE_KEY_REDACTED]", "OPENROUTER_API_KEY [OPENROUTER_API_KEY_REDACTED]", "PERPLEXITY_API_KEY [PERPLEXITY_API_KEY_REDACTED]",
            "REPLICATE_API_TOKEN [REPLICATE_API_TOKEN_REDACTED]",
        }));

    [Test]
    public void Every_kind_is_found_by_name_and_stands_at_its_index()
    {
        for (int i = 0; i < PiiKinds.All.Length; i++)
        {
            PiiKind kind = PiiKinds.All[i];
            Assert.That(kind.Index, Is.EqualTo(i));
            Assert.That(PiiKinds.TryGet(kind.Name, out PiiKind? found), Is.True);
            Assert.That(found, Is.SameAs(kind));
            Assert.That(kind.IsSecret, Is.EqualTo(i > 5));
            Assert.That(Encoding.ASCII.GetString(kind.RedactedUtf8.Span), Is.EqualTo(kind.RedactedForm));
            Assert.That(kind.RedactedForm, Does.Match(new Regex(@"^\[[A-Z_]{1,21}_REDACTED\]$")));
        }

        Assert.That(PiiKinds.TryGet("email_address", out _), Is.False);
    }
}
