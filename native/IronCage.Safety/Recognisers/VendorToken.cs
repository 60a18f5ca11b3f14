using System.Text;
using IronCage.Safety.Kinds;

namespace IronCage.Safety.Recognisers;

/// <summary>A credential that a vendor marks by a fixed beginning.</summary>
/// <param name="Kind">Whose.</param>
/// <param name="Prefix">The fixed beginning, compared exactly.</param>
/// <param name="Anchor">The index in <paramref name="Prefix"/> of a byte that is rare in text.</param>
/// <param name="Body">What may follow.</param>
/// <param name="Min">Fewest bytes that follow.</param>
/// <param name="Max">Most bytes that follow.</param>
/// <param name="Distinct">How many different bytes the rest must show; placeholders such as <c>xxxx</c> do not.</param>
internal sealed record VendorToken(PiiKind Kind, byte[] Prefix, int Anchor, TokenAlphabet Body, int Min, int Max, int Distinct)
{
    public const float Score = 0.99f;
    private const int Unbounded = 255;

    /// <summary>
    /// By the vendors' documentation and the keys they issue. Lengths are exact where they have been stable; elsewhere they have grown before, so there is room.
    /// </summary>
    public static readonly VendorToken[] All =
    [
        // 20 + T3BlbkFJ + 20; the newer ones 58 or 74 on each side of the mark.
        Of(SecretKinds.OpenAIKey, "sk-", 2, TokenAlphabet.Alphanumeric, 48, 48, 12),
        Of(SecretKinds.OpenAIKey, "sk-proj-", 2, TokenAlphabet.UrlSafe, 40, Unbounded, 12),
        Of(SecretKinds.OpenAIKey, "sk-svcacct-", 2, TokenAlphabet.UrlSafe, 40, Unbounded, 12),
        Of(SecretKinds.OpenAIKey, "sk-admin-", 2, TokenAlphabet.UrlSafe, 40, Unbounded, 12),
        Of(SecretKinds.OpenAIKey, "sk-None-", 2, TokenAlphabet.UrlSafe, 40, Unbounded, 12),

        // Two digits of a version, a hyphen, 95 bytes.
        Of(SecretKinds.AnthropicKey, "sk-ant-api", 2, TokenAlphabet.UrlSafe, 35, Unbounded, 12),
        Of(SecretKinds.AnthropicKey, "sk-ant-admin", 2, TokenAlphabet.UrlSafe, 35, Unbounded, 12),
        Of(SecretKinds.AnthropicKey, "sk-ant-oat", 2, TokenAlphabet.UrlSafe, 35, Unbounded, 12),
        Of(SecretKinds.GoogleKey, "AIza", 2, TokenAlphabet.UrlSafe, 35, 35, 10),
        Of(SecretKinds.GoogleKey, "AQ.Ab", 1, TokenAlphabet.UrlSafe, 40, Unbounded, 12),

        // An OAuth access token: no fixed length.
        Of(SecretKinds.GoogleKey, "ya29.", 2, TokenAlphabet.UrlSafe, 40, Unbounded, 12),
        Of(SecretKinds.AwsAccessKey, "AKIA", 1, TokenAlphabet.UpperAlphanumeric, 16, 16, 6),
        Of(SecretKinds.AwsAccessKey, "ASIA", 1, TokenAlphabet.UpperAlphanumeric, 16, 16, 6),

        // A long-term key of Bedrock.
        Of(SecretKinds.AwsSecretKey, "ABSK", 3, TokenAlphabet.Base64, 100, Unbounded, 14),
        Of(SecretKinds.GitHubToken, "ghp_", 3, TokenAlphabet.Alphanumeric, 36, Unbounded, 10),
        Of(SecretKinds.GitHubToken, "gho_", 3, TokenAlphabet.Alphanumeric, 36, Unbounded, 10),
        Of(SecretKinds.GitHubToken, "ghu_", 3, TokenAlphabet.Alphanumeric, 36, Unbounded, 10),
        Of(SecretKinds.GitHubToken, "ghs_", 3, TokenAlphabet.Alphanumeric, 36, Unbounded, 10),
        Of(SecretKinds.GitHubToken, "ghr_", 3, TokenAlphabet.Alphanumeric, 36, Unbounded, 10),

        // 22, an underscore, 59.
        Of(SecretKinds.GitHubToken, "github_pat_", 6, TokenAlphabet.Word, 70, Unbounded, 12),
        Of(SecretKinds.HuggingFaceToken, "hf_", 2, TokenAlphabet.Alphanumeric, 34, 40, 10),
        Of(SecretKinds.GroqKey, "gsk_", 3, TokenAlphabet.Alphanumeric, 48, 56, 12),
        Of(SecretKinds.XaiKey, "xai-", 3, TokenAlphabet.Alphanumeric, 70, 90, 12),
        Of(SecretKinds.OpenRouterKey, "sk-or-v1-", 2, TokenAlphabet.Alphanumeric, 64, 64, 10),
        Of(SecretKinds.PerplexityKey, "pplx-", 3, TokenAlphabet.Alphanumeric, 40, 64, 12),
        Of(SecretKinds.ReplicateToken, "r8_", 2, TokenAlphabet.Alphanumeric, 37, 40, 12),
    ];

    private static VendorToken Of(PiiKind kind, string prefix, int anchor, TokenAlphabet body, int min, int max, int distinct) =>
        new(kind, Encoding.ASCII.GetBytes(prefix), anchor, body, min, max, distinct);
}
