// The simulator's Gemini format, read by npm's @google/genai.
import { ApiError, GoogleGenAI } from "@google/genai";
import { calls, check, Provider, raises, replies, same, tools } from "./checks.mjs";

const provider = new Provider("gemini");
const client = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: provider.url, timeout: 60_000, retryOptions: { attempts: 1 } } });
const model = "gemini-2.5-flash";
const offered = [{ functionDeclarations: tools.map(({ name, description, schema }) => ({ name, description, parametersJsonSchema: schema })) }];
const asked = (contents, config = {}) => ({ model, contents, config: { systemInstruction: "Be short.", ...config } });
const ask = (text, config) => client.models.generateContent(asked(text, config));
const stream = (text, config) => client.models.generateContentStream(asked(text, config));
const chosen = (found) => (found ?? []).map(({ name, args }) => ({ name, arguments: args }));
const used = ({ usageMetadata }) => JSON.parse(JSON.stringify(usageMetadata));

async function whole() {
  await check("gemini: text, finish reason, usage", async () => {
    const answer = await ask("say hello");
    same([answer.text, answer.candidates[0].finishReason, answer.modelVersion], [replies["say hello"].content, "STOP", model], "answer");
    same(used(answer), provider.billed, "usage");
  });
  await check("gemini: tools, thoughts, limit, cache, gzip", async () => {
    same(chosen((await ask("call two tools", { tools: offered })).functionCalls), calls("call two tools"), "calls");
    const thought = await ask("think first");
    same([thought.candidates[0].content.parts[0].thought, thought.candidates[0].content.parts[0].text, thought.text, thought.usageMetadata.thoughtsTokenCount],
      [true, replies["think first"].thinking, replies["think first"].content, 7], "thoughts");
    const cut = await ask("count to forty", { maxOutputTokens: 16 });
    same([cut.candidates[0].finishReason, cut.usageMetadata.candidatesTokenCount], ["MAX_TOKENS", 16], "cut");
    same((await ask("remember this long prompt of many words")).usageMetadata.cachedContentTokenCount, 5, "cached");
    same((await ask("compressed")).text, replies.compressed.content, "gzip");
  });
  await check("gemini: embeddings and counted tokens", async () => {
    const answer = await client.models.embedContent({ model: "gemini-embedding-001", contents: ["one text", "another text"] });
    same(answer.embeddings.map((one) => one.values), [[0.25, -0.5, 0.125, 0.75], [0.25, -0.5, 0.125, 0.75]], "vectors");
    same((await client.models.countTokens({ model, contents: "one two three" })).totalTokens > 0, true, "count");
  });
}

async function streamed() {
  for (const prompt of ["say hello", "call two tools", "say and call", "think first"]) {
    await check(`gemini stream: ${prompt}`, async () => {
      const chunks = [];
      for await (const chunk of await stream(prompt, { tools: offered })) chunks.push(chunk);
      same(chunks.map((chunk) => chunk.text ?? "").join(""), replies[prompt].content ?? "", "text");
      same(chosen(chunks.flatMap((chunk) => chunk.functionCalls ?? [])), replies[prompt].tool_calls ? calls(prompt) : [], "calls");
      same(chunks.at(-1).candidates[0].finishReason, "STOP", "finish reason");
      same(used(chunks.at(-1)), provider.billed, "usage");
    });
  }
}

async function errors() {
  const names = { "bad request": "INVALID_ARGUMENT", "no key": "UNAUTHENTICATED", forbidden: "PERMISSION_DENIED", "not there": "NOT_FOUND", "too fast": "RESOURCE_EXHAUSTED", broken: "INTERNAL",
    unavailable: "UNAVAILABLE" };
  for (const [prompt, name] of Object.entries(names)) {
    await check(`gemini error: ${prompt} is ApiError, ${name}`, async () => {
      for (const send of [ask, stream]) {
        const error = await raises(ApiError, () => send(prompt));
        same(error.status, replies[prompt].status, "status");
        same([JSON.parse(error.message).error.status, JSON.parse(error.message).error.code], [name, replies[prompt].status], "body");
      }
    });
  }
}

export async function run() {
  await whole();
  await streamed();
  await errors();
}
