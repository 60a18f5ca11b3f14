namespace IronCage.Lang.Hosts;

/// <summary>Names of protocols as they stand in <c>IRON_CAGE_LLM_HOSTS</c>.</summary>
public static class LlmProtocols
{
    /// <summary>The accepted names, for messages.</summary>
    public const string Names = "openai, anthropic, gemini, bedrock, ollama, cohere";

    /// <summary>The name of a protocol.</summary>
    public static string NameOf(LlmProtocol protocol) => protocol.ToString().ToLowerInvariant();

    public static bool TryParse(string name, out LlmProtocol protocol)
    {
        protocol = name.ToLowerInvariant() switch
        {
            "openai" => LlmProtocol.OpenAi,
            "anthropic" => LlmProtocol.Anthropic,
            "gemini" => LlmProtocol.Gemini,
            "bedrock" => LlmProtocol.Bedrock,
            "ollama" => LlmProtocol.Ollama,
            "cohere" => LlmProtocol.Cohere,
            _ => LlmProtocol.None,
        };
        return protocol != LlmProtocol.None;
    }
}
