using System.Diagnostics.CodeAnalysis;

namespace IronCage.Safety;

/// <summary>The table of kinds.</summary>
public static class PiiKinds
{
    internal static readonly PiiKind EmailAddress = new(0, "EMAIL_ADDRESS", "[EMAIL_REDACTED]", isSecret: false);
    internal static readonly PiiKind CreditCard = new(1, "CREDIT_CARD", "[CREDIT_CARD_REDACTED]", isSecret: false);
    internal static readonly PiiKind UsSsn = new(2, "US_SSN", "[SSN_REDACTED]", isSecret: false);
    internal static readonly PiiKind PhoneNumber = new(3, "PHONE_NUMBER", "[PHONE_REDACTED]", isSecret: false);
    internal static readonly PiiKind IbanCode = new(4, "IBAN_CODE", "[IBAN_REDACTED]", isSecret: false);
    internal static readonly PiiKind IpAddress = new(5, "IP_ADDRESS", "[IP_ADDRESS_REDACTED]", isSecret: false);
    internal static readonly PiiKind OpenAIKey = Secret(6, "OPENAI_API_KEY");
    internal static readonly PiiKind AnthropicKey = Secret(7, "ANTHROPIC_API_KEY");
    internal static readonly PiiKind GoogleKey = Secret(8, "GOOGLE_API_KEY");
    internal static readonly PiiKind AwsAccessKey = Secret(9, "AWS_ACCESS_KEY");
    internal static readonly PiiKind AwsSecretKey = Secret(10, "AWS_SECRET_KEY");
    internal static readonly PiiKind AzureKey = Secret(11, "AZURE_API_KEY");
    internal static readonly PiiKind GitHubToken = Secret(12, "GITHUB_TOKEN");
    internal static readonly PiiKind HuggingFaceToken = Secret(13, "HUGGINGFACE_TOKEN");
    internal static readonly PiiKind GroqKey = Secret(14, "GROQ_API_KEY");
    internal static readonly PiiKind XaiKey = Secret(15, "XAI_API_KEY");
    internal static readonly PiiKind PrivateKey = Secret(16, "PRIVATE_KEY");
    internal static readonly PiiKind OpenRouterKey = Secret(17, "OPENROUTER_API_KEY");
    internal static readonly PiiKind PerplexityKey = Secret(18, "PERPLEXITY_API_KEY");
    internal static readonly PiiKind ReplicateToken = Secret(19, "REPLICATE_API_TOKEN");

    private static readonly PiiKind[] Table =
    [
        EmailAddress, CreditCard, UsSsn, PhoneNumber, IbanCode, IpAddress, OpenAIKey, AnthropicKey, GoogleKey,
        AwsAccessKey, AwsSecretKey, AzureKey, GitHubToken, HuggingFaceToken, GroqKey, XaiKey, PrivateKey, OpenRouterKey,
        PerplexityKey, ReplicateToken,
    ];

    /// <summary>Every kind, ordered by <see cref="PiiKind.Index"/>.</summary>
    public static ReadOnlySpan<PiiKind> All => Table;

    /// <summary>The kind of that exact name.</summary>
    /// <returns>False, and null, for a name that is not in the table.</returns>
    public static bool TryGet(string name, [NotNullWhen(true)] out PiiKind? kind)
    {
        foreach (PiiKind candidate in Table)
        {
            if (string.Equals(candidate.Name, name, StringComparison.Ordinal))
            {
                kind = candidate;
                return true;
            }
        }

        kind = null;
        return false;
    }

    private static PiiKind Secret(int index, string name) => new(index, name, $"[{name}_REDACTED]", isSecret: true);
}
