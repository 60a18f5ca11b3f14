using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Completions;

/// <summary>OpenAI's legacy completions, which many servers of open models still speak.</summary>
/// <param name="dialect">Of the host.</param>
internal sealed class CompletionsWire(ChatDialect dialect) : OpenAiWire
{
    public static readonly CompletionsWire Instance = new(ChatDialect.Usual);

    public override string Understands => "legacy completions";

    public override string Operation => "text_completion";

    /// <inheritdoc/>
    /// <remarks>Mistral's <c>/fim/completions</c> is one of them; its <c>/agents/completions</c> asks a model that only the provider knows.</remarks>
    public override Endpoint EndpointOf(ReadOnlySpan<byte> path) =>
        path.EndsWith("/completions"u8) && !path.EndsWith("/chat/completions"u8) && !path.EndsWith("/agents/completions"u8) ? Endpoint.Generate : Endpoint.Unread;

    public override string? ModelOf(ReadOnlySpan<byte> path) => ModelPaths.Deployment(path);

    public override bool TryReadRequest(ReadOnlySpan<byte> body, string? model, out LlmRequest request, out string problem)
    {
        var read = CompletionsRequestReader.TryRead(body, out var completions, out problem, model);
        dialect.Amend(completions);
        request = completions;
        return read;
    }

    public override LlmStream OpenStream(LlmRequest request, Func<TextUse, ITextScreen>? newScreen, bool hideUsage) =>
        new ChatStream(newScreen, hideUsage, ((CompletionsRequest)request).Answers);
}
