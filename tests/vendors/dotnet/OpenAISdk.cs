using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Responses;

namespace IronCage.Vendors;

/// <summary>The simulator's OpenAI formats, read by NuGet's OpenAI.</summary>
internal sealed class OpenAISdk(Checks checks)
{
    private const string Model = "gpt-4o";
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string"}}}""";

    private readonly Provider _provider = new("OPENAI");

    private OpenAIClientOptions Options(int retries) => new() { Endpoint = new Uri(_provider.Url, "v1"), RetryPolicy = new ClientRetryPolicy(retries) };

    private ChatClient Chat(int retries = 0) => new(Model, new ApiKeyCredential("any"), Options(retries));

    private ResponsesClient Responses => new(new ApiKeyCredential("any"), new ResponsesClientOptions { Endpoint = new Uri(_provider.Url, "v1"), RetryPolicy = new ClientRetryPolicy(0) });

    private EmbeddingClient Embeddings => new("text-embedding-3-small", new ApiKeyCredential("any"), Options(0));

    private static ChatMessage[] Messages(string text) => [new SystemChatMessage("Be short."), new UserChatMessage(text)];

    private static ChatCompletionOptions WithTools()
    {
        var options = new ChatCompletionOptions();
        foreach (var name in new[] { "get_weather", "get_time" })
            options.Tools.Add(ChatTool.CreateFunctionTool(name, "A tool.", BinaryData.FromString(Schema)));
        return options;
    }

    public async Task Run()
    {
        await Whole().ConfigureAwait(false);
        await Streamed().ConfigureAwait(false);
        await RespondsToInputs().ConfigureAwait(false);
        await Errors().ConfigureAwait(false);
    }

    private async Task Whole()
    {
        await checks.Check(".NET OpenAI chat: text, finish, usage", async () =>
        {
            ChatCompletion answer = await Chat().CompleteChatAsync(Messages("say hello")).ConfigureAwait(false);
            Checks.Same(answer.Content[0].Text, checks.Content("say hello"), "text");
            Checks.Same(answer.FinishReason, ChatFinishReason.Stop, "finish reason");
            SameUsage(answer.Usage);
        }).ConfigureAwait(false);
        await checks.Check(".NET OpenAI chat: tools, refusal, limit", async () =>
        {
            ChatCompletion called = await Chat().CompleteChatAsync(Messages("call two tools"), WithTools()).ConfigureAwait(false);
            Checks.Same(string.Join('\n', called.ToolCalls.Select(call => Checks.Call(call.FunctionName, call.FunctionArguments.ToString()))), checks.Calls("call two tools"), "calls");
            Checks.Same(called.FinishReason, ChatFinishReason.ToolCalls, "finish reason");
            ChatCompletion refused = await Chat().CompleteChatAsync(Messages("refuse")).ConfigureAwait(false);
            Checks.Same(refused.Refusal, checks.Told("refuse", "refusal").GetValue<string>(), "refusal");
            ChatCompletion cut = await Chat().CompleteChatAsync(Messages("count to forty"), new ChatCompletionOptions { MaxOutputTokenCount = 16 }).ConfigureAwait(false);
            Checks.Same((cut.FinishReason, cut.Usage.OutputTokenCount), (ChatFinishReason.Length, 16), "cut");
        }).ConfigureAwait(false);
        await checks.Check(".NET OpenAI embeddings", async () =>
        {
            OpenAIEmbeddingCollection answer = await Embeddings.GenerateEmbeddingsAsync(["one text", "another text"]).ConfigureAwait(false);
            Checks.Same(string.Join(' ', answer[1].ToFloats().ToArray()), "0.25 -0.5 0.125 0.75", "vector");
            Checks.Same(answer.Usage.InputTokenCount, (int)_provider.Billed("prompt_tokens"), "usage");
        }).ConfigureAwait(false);
    }

    private async Task Streamed() =>
        await checks.Check(".NET OpenAI chat stream: text, calls, usage", async () =>
        {
            foreach (var prompt in new[] { "say hello", "call two tools", "say and call" })
            {
                string text = "", calls = "";
                var started = new List<(string Name, string Arguments)>();
                ChatTokenUsage? usage = null;
                ChatFinishReason? finish = null;
                await foreach (var update in Chat().CompleteChatStreamingAsync(Messages(prompt), WithTools()).ConfigureAwait(false))
                {
                    text += string.Concat(update.ContentUpdate.Select(part => part.Text));
                    foreach (var call in update.ToolCallUpdates)
                    {
                        if (call.Index == started.Count)
                            started.Add((call.FunctionName, ""));
                        started[call.Index] = (started[call.Index].Name, started[call.Index].Arguments + call.FunctionArgumentsUpdate);
                    }
                    usage = update.Usage ?? usage;
                    finish = update.FinishReason ?? finish;
                }
                calls = string.Join('\n', started.Select(call => Checks.Call(call.Name, call.Arguments)));
                Checks.Same((text, calls), (checks.Content(prompt), checks.Calls(prompt)), "text and calls");
                Checks.Same(finish, started.Count == 0 ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls, "finish reason");
                SameUsage(usage!);
            }
        }).ConfigureAwait(false);

    private void SameUsage(ChatTokenUsage usage) =>
        Checks.Same((usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount),
            ((int)_provider.Billed("prompt_tokens"), (int)_provider.Billed("completion_tokens"), (int)_provider.Billed("total_tokens")), "usage");

    private async Task RespondsToInputs()
    {
        await checks.Check(".NET OpenAI responses: text, calls, usage, incomplete", async () =>
        {
            ResponseResult answer = await Responses.CreateResponseAsync(Model, "say hello").ConfigureAwait(false);
            Checks.Same((answer.GetOutputText(), answer.Status), (checks.Content("say hello"), ResponseStatus.Completed), "answer");
            Checks.Same((answer.Usage.InputTokenCount, answer.Usage.OutputTokenCount), ((int)_provider.Billed("input_tokens"), (int)_provider.Billed("output_tokens")), "usage");
            ResponseResult called = await Responses.CreateResponseAsync(Model, "call two tools").ConfigureAwait(false);
            Checks.Same(Calls(called), checks.Calls("call two tools"), "calls");
            ResponseResult cut = await Responses.CreateResponseAsync(new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("count to forty")]) { MaxOutputTokenCount = 16 }).ConfigureAwait(false);
            Checks.Same((cut.Status, cut.IncompleteStatusDetails.Reason), (ResponseStatus.Incomplete, ResponseIncompleteStatusReason.MaxOutputTokens), "cut");
        }).ConfigureAwait(false);
        await checks.Check(".NET OpenAI responses stream: deltas and the last response", async () =>
        {
            foreach (var prompt in new[] { "say hello", "call two tools", "think first" })
            {
                var text = "";
                ResponseResult? last = null;
                await foreach (var update in await Responses.CreateResponseStreamingAsync(Model, prompt).ConfigureAwait(false))
                {
                    text += (update as StreamingResponseOutputTextDeltaUpdate)?.Delta;
                    last = (update as StreamingResponseCompletedUpdate)?.Response ?? last;
                }
                Checks.Same((text, last!.GetOutputText() ?? "", Calls(last)), (checks.Content(prompt), checks.Content(prompt), checks.Calls(prompt)), "answer");
                Checks.Same(last.Usage.OutputTokenCount, (int)_provider.Billed("output_tokens"), "usage");
            }
        }).ConfigureAwait(false);
    }

    private static string Calls(ResponseResult response) =>
        string.Join('\n', response.OutputItems.OfType<FunctionCallResponseItem>().Select(call => Checks.Call(call.FunctionName, call.FunctionArguments.ToString())));

    private async Task Errors()
    {
        foreach (var prompt in new[] { "bad request", "no key", "forbidden", "not there", "too fast", "broken", "unavailable" })
        {
            await checks.Check($".NET OpenAI error: {prompt} is ClientResultException with its status", async () =>
            {
                var status = checks.Told(prompt, "status").GetValue<int>();
                Checks.Same((await Checks.Raises<ClientResultException>(() => Chat().CompleteChatAsync(Messages(prompt))).ConfigureAwait(false)).Status, status, "chat");
                Checks.Same((await Checks.Raises<ClientResultException>(() => Responses.CreateResponseAsync(Model, prompt)).ConfigureAwait(false)).Status, status, "responses");
                var streamed = await Checks.Raises<ClientResultException>(async () => await Chat().CompleteChatStreamingAsync(Messages(prompt)).GetAsyncEnumerator().MoveNextAsync().AsTask().ConfigureAwait(false)).ConfigureAwait(false);
                Checks.Same(streamed.Status, status, "stream");
                if (prompt == "too fast")
                    Checks.Same(streamed.GetRawResponse()!.Headers.TryGetValue("retry-after", out var after) ? after : null, "2", "retry-after");
            }).ConfigureAwait(false);
        }
        await checks.Check(".NET OpenAI: the SDK retries after Retry-After", async () =>
        {
            var before = _provider.Records.Count;
            ChatCompletion answer = await Chat(retries: 1).CompleteChatAsync(Messages("too fast once")).ConfigureAwait(false);
            Checks.Same(answer.Content[0].Text, checks.Told("too fast once", "content", turn: 1).GetValue<string>(), "text");
            Checks.Same(_provider.Records[^1]["status"]!.GetValue<int>(), 200, "last status");
            Checks.Same(_provider.Records.Count - before is 1 or 2, true, "requests");
        }).ConfigureAwait(false);
    }
}
