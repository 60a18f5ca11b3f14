// The simulator's Cohere format, read by npm's cohere-ai.
import { Cohere, CohereClientV2 } from "cohere-ai";
import { calls, check, Provider, raises, replies, same, tools } from "./checks.mjs";

const provider = new Provider("cohere");
const client = new CohereClientV2({ token: "any", environment: provider.url, maxRetries: 0 });
const model = "command-a-03-2025";
const offered = tools.map(({ name, description, schema }) => ({ type: "function", function: { name, description, parameters: schema } }));
const asked = (text, more) => ({ model, messages: [{ role: "user", content: text }], ...more });
const ask = (text, more = {}) => client.chat(asked(text, more), { maxRetries: 0 });
const text = (message) => (message.content ?? []).map((part) => part.text ?? "").join("");
const chosen = (given) => given.map((call) => ({ name: call.function.name, arguments: JSON.parse(call.function.arguments) }));

export async function run() {
  await check("cohere chat: text, finish reason, usage", async () => {
    const answer = await ask("say hello");
    same([text(answer.message), answer.finishReason], [replies["say hello"].content, "COMPLETE"], "answer");
    const { input_tokens, output_tokens } = provider.billed.billed_units;
    same([answer.usage.billedUnits.inputTokens, answer.usage.billedUnits.outputTokens], [input_tokens, output_tokens], "usage");
    same(chosen((await ask("call two tools", { tools: offered })).message.toolCalls), calls("call two tools"), "calls");
    same((await ask("count to forty", { maxTokens: 16 })).finishReason, "MAX_TOKENS", "cut");
  });
  await check("cohere chat stream: text, calls, usage", async () => {
    for (const prompt of ["say hello", "call two tools"]) {
      let said = "";
      const inputs = [];
      let end;
      for await (const event of await client.chatStream(asked(prompt, { tools: offered }))) {
        if (event.type === "content-delta") said += event.delta.message.content.text;
        if (event.type === "tool-call-start") inputs.push({ function: { name: event.delta.message.toolCalls.function.name, arguments: event.delta.message.toolCalls.function.arguments ?? "" } });
        if (event.type === "tool-call-delta") inputs.at(-1).function.arguments += event.delta.message.toolCalls.function.arguments;
        if (event.type === "message-end") end = event;
      }
      same(said, replies[prompt].content ?? "", "text");
      if (replies[prompt].tool_calls) same(chosen(inputs), calls(prompt), "calls");
      same(end.delta.usage.billedUnits.outputTokens, provider.billed.billed_units.output_tokens, "usage");
    }
  });
  await check("cohere embed and rerank", async () => {
    const answer = await client.embed({ model: "embed-v4.0", inputType: "search_document", embeddingTypes: ["float"], texts: ["one", "two"] });
    same(answer.embeddings.float.length, 2, "vectors");
    const ranked = await client.rerank({ model: "rerank-v3.5", query: "one", documents: ["one", "two"] });
    same(ranked.results.map((one) => one.index).sort(), [0, 1], "results");
  });
  const kinds = { "bad request": Cohere.BadRequestError, "no key": Cohere.UnauthorizedError, forbidden: Cohere.ForbiddenError, "not there": Cohere.NotFoundError, "too fast": Cohere.TooManyRequestsError,
    broken: Cohere.InternalServerError, unavailable: Cohere.ServiceUnavailableError };
  for (const [prompt, kind] of Object.entries(kinds)) {
    await check(`cohere error: ${prompt} is ${kind.name}`, async () => {
      const error = await raises(kind, () => ask(prompt));
      same([error.statusCode, typeof error.body.message], [replies[prompt].status, "string"], "error");
    });
  }
}
