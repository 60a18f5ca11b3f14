namespace IronCage.Safety.Kinds;

/// <summary>Credentials.</summary>
internal static class SecretKinds
{
    public static readonly PiiKind OpenAIKey = Secret("OPENAI_API_KEY");
    public static readonly PiiKind AnthropicKey = Secret("ANTHROPIC_API_KEY");
    public static readonly PiiKind GoogleKey = Secret("GOOGLE_API_KEY");
    public static readonly PiiKind AwsAccessKey = Secret("AWS_ACCESS_KEY");
    public static readonly PiiKind AwsSecretKey = Secret("AWS_SECRET_KEY");
    public static readonly PiiKind AzureKey = Secret("AZURE_API_KEY");
    public static readonly PiiKind GitHubToken = Secret("GITHUB_TOKEN");
    public static readonly PiiKind HuggingFaceToken = Secret("HUGGINGFACE_TOKEN");
    public static readonly PiiKind GroqKey = Secret("GROQ_API_KEY");
    public static readonly PiiKind XaiKey = Secret("XAI_API_KEY");
    public static readonly PiiKind PrivateKey = Secret("PRIVATE_KEY");
    public static readonly PiiKind OpenRouterKey = Secret("OPENROUTER_API_KEY");
    public static readonly PiiKind PerplexityKey = Secret("PERPLEXITY_API_KEY");
    public static readonly PiiKind ReplicateToken = Secret("REPLICATE_API_TOKEN");

    public static readonly PiiKind[] All =
    [
        OpenAIKey, AnthropicKey, GoogleKey, AwsAccessKey, AwsSecretKey, AzureKey, GitHubToken, HuggingFaceToken, GroqKey, XaiKey, PrivateKey,
        OpenRouterKey, PerplexityKey, ReplicateToken,
    ];

    private static PiiKind Secret(string name) => new(PiiGroup.Secret, name);
}
