namespace IronCage.Lang.Hosts;

/// <summary>The wire protocols that a host can be said to speak.</summary>
public enum LlmProtocol
{
    None = 0,
    OpenAi,
    Anthropic,
    Gemini,
    Bedrock,
    Ollama,
    Cohere,
}
