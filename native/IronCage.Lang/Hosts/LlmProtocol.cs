namespace IronCage.Lang.Hosts;

/// <summary>The wire protocols that a host can be said to speak. Only those of <see cref="LlmProtocols.IsBuilt"/> are read; the others pass with a warning.</summary>
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
