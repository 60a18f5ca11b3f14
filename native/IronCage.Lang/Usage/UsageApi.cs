namespace IronCage.Lang.Usage;

/// <summary>The ways in which answers tell what they used.</summary>
public enum UsageApi
{
    /// <summary>OpenAI's chat completions, legacy completions and embeddings, and the hosts that are compatible with them.</summary>
    Chat,

    /// <summary>OpenAI's responses, images and transcriptions.</summary>
    Responses,

    /// <summary>Anthropic's messages, wherever they are served.</summary>
    Messages,

    /// <summary>Gemini's generateContent, of both Google APIs.</summary>
    GenerateContent,

    /// <summary>Bedrock's converse, and models whose own answers have its shape.</summary>
    Converse,

    /// <summary>Bedrock's invoke-model, where the model's own protocol is none of the others.</summary>
    Invoke,

    /// <summary>Cohere's own API: chat, embed, rerank.</summary>
    Cohere,

    /// <summary>Ollama's own API.</summary>
    Ollama,
}
