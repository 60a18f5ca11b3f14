// The simulator's Bedrock formats, read by npm's @aws-sdk/client-bedrock-runtime: the binary event stream with its checksums, too.
import * as sdk from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { calls, check, Provider, raises, replies, same, tools } from "./checks.mjs";

const provider = new Provider("bedrock");
const client = new sdk.BedrockRuntimeClient({ region: "us-east-1", endpoint: provider.url, maxAttempts: 1, credentials: { accessKeyId: "any", secretAccessKey: "any" },
  requestHandler: new NodeHttpHandler() });
const modelId = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const toolConfig = { tools: tools.map(({ name, description, schema }) => ({ toolSpec: { name, description, inputSchema: { json: schema } } })) };
const asked = (text, more) => ({ modelId, system: [{ text: "Be short." }], messages: [{ role: "user", content: [{ text }] }], ...more });
const converse = (text, more = {}) => client.send(new sdk.ConverseCommand(asked(text, more)));
const stream = (text, more = {}) => client.send(new sdk.ConverseStreamCommand(asked(text, more)));
const text = (content) => content.map((block) => block.text ?? "").join("");
const plain = (value) => JSON.parse(JSON.stringify(value));

async function whole() {
  await check("bedrock converse: text, stop reason, usage", async () => {
    const answer = await converse("say hello");
    same([text(answer.output.message.content), answer.stopReason], [replies["say hello"].content, "end_turn"], "answer");
    same(plain(answer.usage), provider.billed, "usage");
  });
  await check("bedrock converse: tools, thinking, limit", async () => {
    const called = await converse("call two tools", { toolConfig });
    same(called.output.message.content.map(({ toolUse }) => ({ name: toolUse.name, arguments: toolUse.input })), calls("call two tools"), "calls");
    same(called.stopReason, "tool_use", "stop reason");
    same((await converse("think first")).output.message.content[0].reasoningContent.reasoningText.text, replies["think first"].thinking, "thinking");
    const cut = await converse("count to forty", { inferenceConfig: { maxTokens: 16 } });
    same([cut.stopReason, cut.usage.outputTokens], ["max_tokens", 16], "cut");
  });
  await check("bedrock invoke: Anthropic's message, whole and streamed", async () => {
    const body = JSON.stringify({ anthropic_version: "bedrock-2023-05-31", max_tokens: 100, messages: [{ role: "user", content: "say hello" }] });
    const answer = JSON.parse(new TextDecoder().decode((await client.send(new sdk.InvokeModelCommand({ modelId, body }))).body));
    same(text(answer.content), replies["say hello"].content, "text");
    let said = "";
    for await (const event of (await client.send(new sdk.InvokeModelWithResponseStreamCommand({ modelId, body }))).body) {
      said += JSON.parse(new TextDecoder().decode(event.chunk.bytes)).delta?.text ?? "";
    }
    same(said, replies["say hello"].content, "streamed text");
  });
}

async function streamed() {
  for (const prompt of ["say hello", "call two tools", "say and call", "think first"]) {
    await check(`bedrock converse stream: ${prompt}`, async () => {
      let said = "";
      const inputs = [];
      let end, metadata;
      for await (const event of (await stream(prompt, { toolConfig })).stream) {
        if (event.contentBlockStart?.start?.toolUse) inputs.push({ name: event.contentBlockStart.start.toolUse.name, arguments: "" });
        said += event.contentBlockDelta?.delta.text ?? "";
        if (event.contentBlockDelta?.delta.toolUse) inputs.at(-1).arguments += event.contentBlockDelta.delta.toolUse.input;
        end ??= event.messageStop;
        metadata ??= event.metadata;
      }
      same(said, replies[prompt].content ?? "", "text");
      same(inputs.map(({ name, arguments: given }) => ({ name, arguments: JSON.parse(given) })), replies[prompt].tool_calls ? calls(prompt) : [], "calls");
      same(end.stopReason, replies[prompt].tool_calls ? "tool_use" : "end_turn", "stop reason");
      same(plain(metadata.usage), provider.billed, "usage");
    });
  }
}

async function errors() {
  const kinds = { "bad request": "ValidationException", forbidden: "AccessDeniedException", "not there": "ResourceNotFoundException", "too fast": "ThrottlingException", broken: "InternalServerException",
    unavailable: "ServiceUnavailableException" };
  for (const [prompt, kind] of Object.entries(kinds)) {
    await check(`bedrock error: ${prompt} is ${kind}`, async () => {
      for (const send of [converse, stream]) same((await raises(sdk[kind], () => send(prompt))).$metadata.httpStatusCode, replies[prompt].status, "status");
    });
  }
}

export async function run() {
  await whole();
  await streamed();
  await errors();
}
