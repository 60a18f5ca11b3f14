// The simulator's Ollama format, read by npm's ollama.
import { Ollama } from "ollama";
import { calls, check, Provider, replies, same, tools } from "./checks.mjs";

const provider = new Provider("ollama");
const client = new Ollama({ host: provider.url });
const model = "llama3.2";
const offered = tools.map(({ name, description, schema }) => ({ type: "function", function: { name, description, parameters: schema } }));
const asked = (text, more) => ({ model, messages: [{ role: "user", content: text }], ...more });
const chosen = (message) => message.tool_calls.map((call) => ({ name: call.function.name, arguments: call.function.arguments }));
const used = ({ prompt_eval_count, eval_count }) => ({ prompt_eval_count, eval_count });

export async function run() {
  await check("ollama chat: text, thinking, tools, usage", async () => {
    const answer = await client.chat(asked("say hello"));
    same([answer.message.content, answer.done, answer.done_reason], [replies["say hello"].content, true, "stop"], "answer");
    same(used(answer), provider.billed, "usage");
    same((await client.chat(asked("think first"))).message.thinking, replies["think first"].thinking, "thinking");
    same(chosen((await client.chat(asked("call two tools", { tools: offered }))).message), calls("call two tools"), "calls");
    same((await client.chat(asked("count to forty", { options: { num_predict: 16 } }))).done_reason, "length", "cut");
  });
  await check("ollama chat stream: text, calls, usage", async () => {
    for (const prompt of ["say hello", "call two tools", "say and call"]) {
      const parts = [];
      for await (const part of await client.chat(asked(prompt, { stream: true, tools: offered }))) parts.push(part);
      same(parts.map((part) => part.message.content).join(""), replies[prompt].content ?? "", "text");
      if (replies[prompt].tool_calls) same(parts.flatMap((part) => (part.message.tool_calls ? chosen(part.message) : [])), calls(prompt), "calls");
      same(used(parts.at(-1)), provider.billed, "usage");
    }
  });
  await check("ollama generate: whole and streamed", async () => {
    same((await client.generate({ model, prompt: "say hello" })).response, replies["say hello"].content, "text");
    let said = "";
    for await (const part of await client.generate({ model, prompt: "say hello", stream: true })) said += part.response;
    same(said, replies["say hello"].content, "streamed text");
  });
  await check("ollama embed", async () => {
    const answer = await client.embed({ model, input: ["one", "two"] });
    same(answer.embeddings, [[0.25, -0.5, 0.125, 0.75], [0.25, -0.5, 0.125, 0.75]], "vectors");
  });
  for (const prompt of ["bad request", "not there", "broken"]) {
    await check(`ollama error: ${prompt} is ResponseError`, async () => {
      const error = await client.chat(asked(prompt)).catch((caught) => caught);
      same([error.name, error.status_code], ["ResponseError", replies[prompt].status], "error");
    });
  }
}
