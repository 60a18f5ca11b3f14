using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;

namespace IronCage.Vendors;

/// <summary>The simulator's Anthropic format, read by NuGet's Anthropic.</summary>
internal sealed class AnthropicSdk(Checks checks)
{
    private readonly Provider _provider = new("ANTHROPIC");

    private AnthropicClient Client(int retries = 0) => new() { BaseUrl = _provider.Url.ToString().TrimEnd('/'), ApiKey = "any", MaxRetries = retries };

    private static MessageCreateParams Asked(string text, long maxTokens = 1000) => new()
    {
        Model = "claude-haiku-4-5",
        MaxTokens = maxTokens,
        System = "Be short.",
        Messages = [new UserMessageParam(text)],
        Tools = [Tool("get_weather"), Tool("get_time")],
    };

    private static ToolUnion Tool(string name) => new Tool { Name = name, Description = "A tool.", InputSchema = new InputSchema { Properties = new Dictionary<string, JsonElement>() } };

    private static string Text(Message message) => string.Concat(message.Content.Select(block => block.TryPickText(out var text) ? text.Text : ""));

    private static string Calls(Message message) =>
        string.Join('\n', message.Content.Where(block => block.TryPickToolUse(out _)).Select(block => block.TryPickToolUse(out var use) ? Checks.Call(use.Name, JsonSerializer.Serialize(use.Input)) : ""));

    public async Task Run()
    {
        await checks.Check(".NET Anthropic: text, stop reason, usage", async () =>
        {
            var answer = await Client().Messages.Create(Asked("say hello")).ConfigureAwait(false);
            Checks.Same((Text(answer), answer.StopReason!.Value()), (checks.Content("say hello"), StopReason.EndTurn), "answer");
            SameUsage(answer);
        }).ConfigureAwait(false);
        await checks.Check(".NET Anthropic: tools, thinking, limit, cache", async () =>
        {
            var called = await Client().Messages.Create(Asked("call two tools")).ConfigureAwait(false);
            Checks.Same((Calls(called), called.StopReason!.Value()), (checks.Calls("call two tools"), StopReason.ToolUse), "calls");
            var thought = await Client().Messages.Create(Asked("think first")).ConfigureAwait(false);
            Checks.Same(thought.Content[0].TryPickThinking(out var thinking) ? thinking.Thinking : null, checks.Told("think first", "thinking").GetValue<string>(), "thinking");
            var cut = await Client().Messages.Create(Asked("count to forty", 16)).ConfigureAwait(false);
            Checks.Same((cut.StopReason!.Value(), cut.Usage.OutputTokens), (StopReason.MaxTokens, 16L), "cut");
            var cached = await Client().Messages.Create(Asked("remember this long prompt of many words")).ConfigureAwait(false);
            Checks.Same(cached.Usage.CacheReadInputTokens, 5L, "cache reads");
        }).ConfigureAwait(false);
        await checks.Check(".NET Anthropic stream: the SDK's own accumulator", async () =>
        {
            foreach (var prompt in new[] { "say hello", "call two tools", "say and call", "think first" })
            {
                var answer = await Client().Messages.CreateStreaming(Asked(prompt)).Aggregate().ConfigureAwait(false);
                Checks.Same((Text(answer), Calls(answer)), (checks.Content(prompt), checks.Calls(prompt)), "answer");
                SameUsage(answer);
            }
        }).ConfigureAwait(false);
        await Errors().ConfigureAwait(false);
    }

    private void SameUsage(Message answer) =>
        Checks.Same((answer.Usage.InputTokens, answer.Usage.OutputTokens), (_provider.Billed("input_tokens"), _provider.Billed("output_tokens")), "usage");

    private async Task Errors()
    {
        await Error<AnthropicBadRequestException>("bad request").ConfigureAwait(false);
        await Error<AnthropicUnauthorizedException>("no key").ConfigureAwait(false);
        await Error<AnthropicForbiddenException>("forbidden").ConfigureAwait(false);
        await Error<AnthropicNotFoundException>("not there").ConfigureAwait(false);
        await Error<AnthropicRateLimitException>("too fast").ConfigureAwait(false);
        await Error<Anthropic5xxException>("broken").ConfigureAwait(false);
        await Error<AnthropicOverloadedException>("overloaded").ConfigureAwait(false);
        await checks.Check(".NET Anthropic: the SDK retries after Retry-After", async () =>
        {
            var answer = await Client(retries: 1).Messages.Create(Asked("too fast once")).ConfigureAwait(false);
            Checks.Same(Text(answer), checks.Told("too fast once", "content", turn: 1).GetValue<string>(), "text");
        }).ConfigureAwait(false);
    }

    private async Task Error<TException>(string prompt)
        where TException : AnthropicApiException =>
        await checks.Check($".NET Anthropic error: {prompt} is {typeof(TException).Name}", async () =>
        {
            foreach (var ask in new Func<Task>[] { () => Client().Messages.Create(Asked(prompt)), () => Client().Messages.CreateStreaming(Asked(prompt)).Aggregate() })
            {
                var error = await Checks.Raises<TException>(ask).ConfigureAwait(false);
                Checks.Same((int)error.StatusCode, checks.Told(prompt, "status").GetValue<int>(), "status");
                Checks.Same(error.RequestID!.StartsWith("req_", StringComparison.Ordinal), true, "request id");
            }
        }).ConfigureAwait(false);
}
