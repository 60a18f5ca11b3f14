// The simulator's Anthropic format, read by npm's @anthropic-ai/sdk.
import Anthropic, * as sdk from "@anthropic-ai/sdk";
import { calls, check, Provider, raises, replies, same, tools } from "./checks.mjs";

const provider = new Provider("anthropic");
const client = new Anthropic({ baseURL: provider.url, apiKey: "any", maxRetries: 0, timeout: 60_000 });
const model = "claude-opus-4-5";
const offered = tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema }));
const asked = (text, more) => ({ model, max_tokens: 1000, system: "Be short.", messages: [{ role: "user", content: text }], ...more });
const ask = (text, more = {}) => client.messages.create(asked(text, more));
const text = (message) => message.content.filter((block) => block.type === "text").map((block) => block.text).join("");
const chosen = (message) => message.content.filter((block) => block.type === "tool_use").map((block) => ({ name: block.name, arguments: block.input }));

async function whole() {
  await check("anthropic: text, stop reason, usage", async () => {
    const answer = await ask("say hello");
    same([text(answer), answer.stop_reason, answer.role, answer.type], [replies["say hello"].content, "end_turn", "assistant", "message"], "message");
    same(answer.usage, provider.billed, "usage");
    same(/^req_/.test(answer._request_id), true, "request id");
  });
  await check("anthropic: tools, thinking, limit, cache", async () => {
    const called = await ask("call two tools", { tools: offered });
    same([chosen(called), called.stop_reason], [calls("call two tools"), "tool_use"], "tool calls");
    const thought = await ask("think first", { max_tokens: 4000, thinking: { type: "enabled", budget_tokens: 1024 } });
    same([thought.content[0].type, thought.content[0].thinking, text(thought)], ["thinking", replies["think first"].thinking, replies["think first"].content], "thinking");
    const cut = await ask("count to forty", { max_tokens: 16 });
    same([cut.stop_reason, cut.usage.output_tokens], ["max_tokens", 16], "cut");
    same((await ask("remember this long prompt of many words")).usage.cache_read_input_tokens, 5, "cache reads");
    same(text(await ask("compressed")), replies.compressed.content, "gzip");
  });
  await check("anthropic: tokens are counted, models listed", async () => {
    const counted = await client.messages.countTokens({ model, system: "Be short.", messages: [{ role: "user", content: "say hello" }] });
    await ask("say hello");
    same(counted.input_tokens, provider.billed.input_tokens, "count");
    const listed = [];
    for await (const one of client.models.list()) listed.push(one.id);
    same(listed.includes(model), true, "listed");
  });
}

async function streamed() {
  for (const prompt of ["say hello", "call two tools", "say and call", "think first"]) {
    await check(`anthropic stream: ${prompt}`, async () => {
      const stream = client.messages.stream(asked(prompt, { tools: offered }));
      let said = "";
      stream.on("text", (piece) => (said += piece));
      const final = await stream.finalMessage();
      const billed = provider.billed;
      same([said, text(final)], [replies[prompt].content ?? "", replies[prompt].content ?? ""], "text");
      if (replies[prompt].tool_calls) same(chosen(final), calls(prompt), "tool calls");
      if (replies[prompt].thinking) same(final.content[0].thinking, replies[prompt].thinking, "thinking");
      same(final.stop_reason, replies[prompt].tool_calls ? "tool_use" : "end_turn", "stop reason");
      same([final.usage.input_tokens, final.usage.output_tokens], [billed.input_tokens, billed.output_tokens], "usage");
    });
  }
  await check("anthropic stream: raw events in order", async () => {
    const kinds = [];
    for await (const event of await ask("say hello", { stream: true })) if (event.type !== "content_block_delta") kinds.push(event.type);
    same(kinds, ["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"], "events");
  });
  await check("anthropic stream: a cut one raises", async () => {
    const error = await client.messages.stream(asked("cut", {})).finalMessage().catch((caught) => caught);
    same(error instanceof Error, true, "raised");
  });
}

async function errors() {
  const kinds = { "bad request": ["BadRequestError", "invalid_request_error"], "no key": ["AuthenticationError", "authentication_error"], forbidden: ["PermissionDeniedError", "permission_error"],
    "not there": ["NotFoundError", "not_found_error"], "too fast": ["RateLimitError", "rate_limit_error"], broken: ["InternalServerError", "api_error"],
    overloaded: ["OverloadedError", "overloaded_error"] };
  for (const [prompt, [kind, type]] of Object.entries(kinds)) {
    await check(`anthropic error: ${prompt} is ${kind}`, async () => {
      for (const more of [{}, { stream: true }]) {
        const error = await raises(sdk[kind] ?? Anthropic[kind], () => ask(prompt, more));
        same([error.status, error.type], [replies[prompt].status, type], "status and type");
        same(/^req_/.test(error.requestID), true, "request id");
        same(error.error.request_id, error.requestID, "request id of the body");
      }
    });
  }
  await check("anthropic: the SDK retries after Retry-After", async () => {
    const before = provider.records.length;
    same(text(await client.withOptions({ maxRetries: 1 }).messages.create(asked("too fast once", {}))), replies["too fast once"][1].content, "content");
    same(provider.records.slice(before).map((record) => record.status), [429, 200], "statuses");
  });
  await check("anthropic error: a reset is APIConnectionError", async () => raises(sdk.APIConnectionError ?? Anthropic.APIConnectionError, () => ask("reset")));
}

export async function run() {
  await whole();
  await streamed();
  await errors();
}
