using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang;

/// <summary>
/// Lang's door: one LLM wire protocol, as a cast that is the same for all. A further protocol is a folder with this cast and a place in <see cref="Of"/>.
/// </summary>
public abstract class LlmWire
{
    private protected LlmWire()
    {
    }

    private static readonly LlmWire[] OfMedia = [Media.ImagesWire.Instance, Media.SpeechWire.Instance, Media.TranscriptionsWire.Instance];

    private static readonly LlmWire[] OfOpenAi =
        [OpenAi.ChatWire.Instance, Responses.ResponsesWire.Instance, Embeddings.EmbeddingsWire.Instance, Completions.CompletionsWire.Instance, Moderations.ModerationsWire.Instance,
            .. OfMedia, Anthropic.MessagesWire.Beside];

    private static readonly LlmWire[] OfAnthropic = [Anthropic.MessagesWire.Instance];

    private static readonly LlmWire[] OfGemini =
    [
        Gemini.GenerateContentWire.Instance, Gemini.EmbedContentWire.Instance, Anthropic.RawPredictWire.Instance, OpenAi.ChatWire.Instance, Embeddings.EmbeddingsWire.Instance,
    ];

    private static readonly LlmWire[] OfBedrock =
    [
        Bedrock.ConverseWire.Whole, Bedrock.ConverseWire.Streamed, Bedrock.InvokeWire.Whole, Bedrock.InvokeWire.Streamed, Bedrock.CountTokensWire.Instance, OpenAi.ChatWire.Instance,
    ];

    /// <summary>The wires of a host's protocol, the usual one first.</summary>
    public static IReadOnlyList<LlmWire> Of(LlmProtocol protocol) => protocol switch
    {
        LlmProtocol.OpenAi => OfOpenAi,
        LlmProtocol.Anthropic => OfAnthropic,
        LlmProtocol.Gemini => OfGemini,
        LlmProtocol.Bedrock => OfBedrock,
        LlmProtocol.Ollama => OfOllama,
        LlmProtocol.Cohere => OfCohere,
        _ => [],
    };

    private static readonly LlmWire[] OfOllama = [Ollama.GenerateWire.Instance, Ollama.EmbedWire.Instance, .. OfOpenAi];

    private static readonly LlmWire[] OfCohere =
    [
        Cohere.ChatWire.Instance, Cohere.FirstChatWire.Instance, Cohere.EmbedWire.Instance, Cohere.RerankWire.Instance, Cohere.TokenizeWire.Instance, OpenAi.ChatWire.Instance, Embeddings.EmbeddingsWire.Instance,
    ];

    /// <summary>What hosts read that speak OpenAI's protocol in their own way, and Anthropic's messages beside it. Moderations are free at OpenAI alone.</summary>
    internal static LlmWire[] Compatible(OpenAi.ChatDialect dialect) =>
        [new OpenAi.ChatWire(dialect), Responses.ResponsesWire.Instance, Embeddings.EmbeddingsWire.Instance, new Completions.CompletionsWire(dialect), .. OfMedia,
            Anthropic.MessagesWire.Beside];

    /// <summary>What this wire reads, as a plural, for messages.</summary>
    public abstract string Understands { get; }

    /// <summary>What a call does, by the names of OpenTelemetry's conventions for generative AI where they have one.</summary>
    public virtual string Operation => "chat";

    /// <summary>What a POST to a path asks for.</summary>
    /// <param name="path">The path of the URL, without query and without slashes at its end.</param>
    public abstract Endpoint EndpointOf(ReadOnlySpan<byte> path);

    /// <summary>Whether a GET of a path is answered with an answer that was made before, as this wire reads it.</summary>
    /// <param name="path">As of <see cref="EndpointOf"/>.</param>
    public virtual bool IsStored(ReadOnlySpan<byte> path) => false;

    /// <summary>The model that a path names, in protocols whose requests say it there; null otherwise.</summary>
    /// <param name="path">As of <see cref="EndpointOf"/>.</param>
    public virtual string? ModelOf(ReadOnlySpan<byte> path) => null;

    /// <summary>Whether a path may be given another model: its bodies do not name it a second time.</summary>
    public virtual bool CanRenameInPath => true;

    /// <summary>Reads a request. <c>model</c> is the one that its path names, null if none. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    public abstract bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem);

    /// <summary>Reads a whole answer; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    public abstract bool TryReadAnswer(ReadOnlySpan<byte> body, out LlmAnswer answer);

    /// <summary>Whether its answers can use tools.</summary>
    public virtual bool HasTools => true;

    /// <summary>Opens the streamed answer to a request; null when it is no text, and is handed on as it comes.</summary>
    /// <param name="request">The request, read by this protocol.</param>
    /// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
    /// <param name="hideUsage">As of <see cref="LlmStream"/>.</param>
    public abstract LlmStream? OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage);

    /// <summary>Whether the body of a whole answer is a stream that was not announced as one.</summary>
    public virtual bool LooksStreamed(ReadOnlySpan<byte> body) => SseFraming.LooksLikeEvents(body);

    /// <summary>Headers of requests whose features may have a price of their own.</summary>
    public virtual IReadOnlyList<PricedHeader> PricedHeaders => [];

    /// <summary>A refusal in the shape of the provider's own errors, so that its SDKs show the message instead of failing to parse.</summary>
    /// <param name="message">For people.</param>
    /// <param name="code">For programs.</param>
    /// <param name="status">The HTTP status that goes with it.</param>
    public abstract string WriteRefusal(string message, string code, int status);
}
