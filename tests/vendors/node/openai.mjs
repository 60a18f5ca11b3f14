// The simulator's OpenAI formats, read by npm's openai.
import OpenAI from "openai";
import { calls, check, Provider, raises, replies, same, tools } from "./checks.mjs";

const provider = new Provider("openai");
const client = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: "any", maxRetries: 0, timeout: 60_000 });
const model = "gpt-4o";
const offered = tools.map(({ name, description, schema }) => ({ type: "function", function: { name, description, parameters: schema } }));
const offeredFlat = tools.map(({ name, description, schema }) => ({ type: "function", name, description, parameters: schema, strict: false }));
const chat = (text, more = {}) => client.chat.completions.create({ model, messages: [{ role: "system", content: "Be short." }, { role: "user", content: text }], ...more });
const respond = (text, more = {}) => client.responses.create({ model, input: text, ...more });
const chosen = (message) => message.tool_calls.map((call) => ({ name: call.function.name, arguments: JSON.parse(call.function.arguments) }));
const chosenFlat = (output) => output.filter((item) => item.type === "function_call").map((item) => ({ name: item.name, arguments: JSON.parse(item.arguments) }));

async function whole() {
  await check("openai chat: text, finish, usage", async () => {
    const answer = await chat("say hello");
    same(answer.choices[0].message.content, replies["say hello"].content, "content");
    same(answer.choices[0].finish_reason, "stop", "finish_reason");
    same(answer.model, model, "model");
    same(answer.usage, provider.billed, "usage");
    same(/^req_[0-9a-f]{32}$/.test(answer._request_id), true, "request id");
  });
  await check("openai chat: gzip", async () => same((await chat("compressed")).choices[0].message.content, replies.compressed.content, "content"));
  await check("openai chat: tool calls", async () => {
    const answer = await chat("call two tools", { tools: offered });
    same(chosen(answer.choices[0].message), calls("call two tools"), "tool calls");
    same(answer.choices[0].message.tool_calls.map((call) => call.id), ["call_weather_1", "call_time_2"], "ids");
    same(answer.choices[0].finish_reason, "tool_calls", "finish_reason");
  });
  await check("openai chat: refusal, limit, choices, reasoning, cached", async () => {
    same((await chat("refuse")).choices[0].message.refusal, replies.refuse.refusal, "refusal");
    const cut = await chat("count to forty", { max_completion_tokens: 16 });
    same([cut.choices[0].finish_reason, cut.usage.completion_tokens], ["length", 16], "cut");
    same((await chat("say hello", { n: 3 })).choices.map((one) => one.index), [0, 1, 2], "choices");
    same((await chat("think first")).usage.completion_tokens_details.reasoning_tokens, 7, "reasoning tokens");
    same((await chat("remember this long prompt of many words")).usage.prompt_tokens_details.cached_tokens, 5, "cached tokens");
  });
  await check("openai embeddings: floats through base64, usage", async () => {
    const answer = await client.embeddings.create({ model: "text-embedding-3-small", input: ["one text", "another text"] });
    same(answer.data.map((one) => one.embedding), [[0.25, -0.5, 0.125, 0.75], [0.25, -0.5, 0.125, 0.75]], "vectors");
    same(answer.usage, provider.billed, "usage");
    const floats = await client.embeddings.create({ model: "text-embedding-3-small", input: "one text", encoding_format: "float" });
    same(floats.data[0].embedding, [0.25, -0.5, 0.125, 0.75], "vector");
  });
  await check("openai legacy completions: whole and streamed", async () => {
    const answer = await client.completions.create({ model: "gpt-3.5-turbo-instruct", prompt: "say hello", max_tokens: 64 });
    same(answer.choices[0].text, replies["say hello"].content, "text");
    same(answer.usage, provider.billed, "usage");
    let text = "";
    for await (const chunk of await client.completions.create({ model: "gpt-3.5-turbo-instruct", prompt: "say hello", max_tokens: 64, stream: true })) text += chunk.choices[0]?.text ?? "";
    same(text, replies["say hello"].content, "streamed text");
  });
  await check("openai models: listed and shown", async () => {
    const listed = [];
    for await (const one of client.models.list()) listed.push(one.id);
    same(listed.includes(model), true, "listed");
    same((await client.models.retrieve(model)).id, model, "shown");
  });
}

async function streamed() {
  await check("openai chat stream: text, finish, usage", async () => {
    const chunks = [];
    for await (const chunk of await chat("say hello", { stream: true, stream_options: { include_usage: true } })) chunks.push(chunk);
    same(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), replies["say hello"].content, "text");
    same(chunks.at(-2).choices[0].finish_reason, "stop", "finish_reason");
    same(chunks.at(-1).usage, provider.billed, "usage");
  });
  await check("openai chat stream: the SDK's own accumulator", async () => {
    const stream = client.chat.completions.stream({ model, messages: [{ role: "user", content: "call two tools" }], tools: offered, stream_options: { include_usage: true } });
    const completion = await stream.finalChatCompletion();
    same(chosen(completion.choices[0].message), calls("call two tools"), "tool calls");
    same(completion.choices[0].finish_reason, "tool_calls", "finish_reason");
    same(await stream.totalUsage().then((usage) => usage.total_tokens), provider.billed.total_tokens, "usage");
  });
  await check("openai chat stream: a cut one raises", async () => {
    let text = "";
    const error = await (async () => {
      for await (const chunk of await chat("cut", { stream: true })) text += chunk.choices[0]?.delta.content ?? "";
    })().catch((caught) => caught);
    same(error instanceof Error, true, "raised");
    same(replies.cut.content.startsWith(text) && text !== replies.cut.content, true, "text");
  });
}

async function responses() {
  await check("openai responses: text, status, usage", async () => {
    const answer = await respond("say hello");
    same([answer.output_text, answer.status], [replies["say hello"].content, "completed"], "text and status");
    same(answer.usage, provider.billed, "usage");
  });
  await check("openai responses: tool calls, reasoning, refusal, incomplete", async () => {
    same(chosenFlat((await respond("call two tools", { tools: offeredFlat })).output), calls("call two tools"), "tool calls");
    const thought = await respond("think first");
    same(thought.output[0].summary[0].text, replies["think first"].thinking, "summary");
    same(thought.usage.output_tokens_details.reasoning_tokens, 7, "reasoning tokens");
    same((await respond("refuse")).output[0].content[0].refusal, replies.refuse.refusal, "refusal");
    const cut = await respond("count to forty", { max_output_tokens: 16 });
    same([cut.status, cut.incomplete_details.reason, cut.usage.output_tokens], ["incomplete", "max_output_tokens", 16], "cut");
  });
  await check("openai responses stream: events and the SDK's own accumulator", async () => {
    for (const text of ["say hello", "call two tools", "think first", "say and call"]) {
      const stream = client.responses.stream({ model, input: text, tools: offeredFlat });
      let said = "";
      for await (const event of stream) if (event.type === "response.output_text.delta") said += event.delta;
      const final = await stream.finalResponse();
      same(said, replies[text].content ?? "", "deltas");
      same(final.output_text, replies[text].content ?? "", "text");
      if (replies[text].tool_calls) same(chosenFlat(final.output), calls(text), "tool calls");
      same(final.usage, provider.billed, "usage");
    }
  });
  await check("openai responses: input tokens are counted", async () => same((await client.responses.inputTokens.count({ model, input: "one two three" })).input_tokens > 0, true, "count"));
}

async function errors() {
  const kinds = { "bad request": OpenAI.BadRequestError, "no key": OpenAI.AuthenticationError, forbidden: OpenAI.PermissionDeniedError, "not there": OpenAI.NotFoundError,
    "too fast": OpenAI.RateLimitError, broken: OpenAI.InternalServerError, unavailable: OpenAI.InternalServerError };
  for (const [text, kind] of Object.entries(kinds)) {
    await check(`openai error: ${text} is ${kind.name}`, async () => {
      for (const ask of [() => chat(text), () => chat(text, { stream: true }), () => respond(text), () => client.embeddings.create({ model: "text-embedding-3-small", input: text })]) {
        const error = await raises(kind, ask);
        same(error.status, replies[text].status, "status");
        same(typeof error.error.message === "string" && typeof error.type === "string", true, "error object");
        same(/^req_/.test(error.requestID), true, "request id");
        if (text === "too fast") same([error.headers.get("retry-after"), error.headers.get("retry-after-ms"), error.code], ["2", "2000", "rate_limit_exceeded"], "headers");
      }
    });
  }
  await check("openai error: an unknown model and a missing parameter are the provider's own words", async () => {
    same((await raises(OpenAI.BadRequestError, () => client.chat.completions.create({ model }))).param, "messages", "param");
    same((await raises(OpenAI.BadRequestError, () => chat("say hello", { model: "o3", max_tokens: 5 }))).code, "unsupported_parameter", "code");
  });
  await check("openai: the SDK retries after Retry-After", async () => {
    const before = provider.records.length;
    const answer = await client.withOptions({ maxRetries: 1 }).chat.completions.create({ model, messages: [{ role: "user", content: "too fast once" }] });
    same(answer.choices[0].message.content, replies["too fast once"][1].content, "content");
    same(provider.records.slice(before).map((record) => record.status), [429, 200], "statuses");
  });
  await check("openai error: a reset is APIConnectionError", async () => raises(OpenAI.APIConnectionError, () => chat("reset")));
}

export async function run() {
  await whole();
  await streamed();
  await responses();
  await errors();
}
