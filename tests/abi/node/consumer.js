// A host in Node: makes protected calls over real connections, whole and streamed. usage: node consumer.js HOST PORT BILL
// BILL is the simulator's log of exchanges. Prints one line per check and "PASSED FAILED" last.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const { setTimeout: sleep } = require("node:timers/promises");
const { raw, constants: C, check: must, pair, handle, text, step, header, symbols } = require("./library.js");

const [host, port, bill] = process.argv.slice(2);
const url = `http://${host}:${port}/v1/chat/completions`;
let passed = 0;
let failed = 0;

function check(good, what, why = raw.ironcage_last_error()) {
  good ? passed++ : failed++;
  console.error(`${good ? "ok  " : "FAIL"}  ${what}${good ? "" : `: ${why}`}`);
}

function fails(status, what, action, says = "") {
  try {
    action();
    check(false, what, "it worked");
  } catch (error) {
    check(error.status === status && error.message !== "" && error.message.includes(says), what, `${error.status} ${error.message}`);
  }
}

function send(body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", agent: false, headers: { "content-type": "application/json", "content-length": body.length } });
    request.on("response", resolve).on("error", reject).end(body);
  });
}

const chat = (content, more = {}) => JSON.stringify({ model: "gpt-4o-mini", max_tokens: 50, messages: [{ role: "user", content }], ...more });
const streamed = { stream: true, stream_options: { include_usage: true } };
const lines = (headers) => ["content-encoding", "content-type"].filter((name) => headers[name]).map((name) => `${name}: ${headers[name]}`).join("\n");
const begin = (engine, run, body, flags = 0) => step("ironcage_call_begin", run, engine, flags, ...pair("POST"), ...pair(url), ...pair("content-type: application/json"), ...pair(body));
const billed = () => fs.readFileSync(bill, "utf8").trim().split("\n").map((line) => JSON.parse(line)).filter((one) => one.usage);
// dollars per million tokens of gpt-4o-mini, from the provider's page: $0.15 and $0.60; in picodollars per token
const picodollars = (all) => all.reduce((sum, { usage }) => sum + BigInt(usage.prompt_tokens) * 150000n + BigInt(usage.completion_tokens) * 600000n, 0n);
const exact = (usd) => {
  const [whole, part = ""] = usd.split(".");
  return BigInt(whole + part.padEnd(12, "0"));
};

// Polls the engine, as a host with one thread does: nothing waits inside the library.
async function decided(engine, verdict) {
  const calls = [];
  while (verdict.kind === C.VERDICT_PENDING) {
    const found = new BigUint64Array(16);
    const count = [0];
    must(raw.ironcage_engine_collect(found, 16, count, engine));
    calls.push(...found.slice(0, Number(count[0])));
    if (calls.includes(verdict.call)) verdict = step("ironcage_call_wait", verdict.call, 0);
    else await sleep(2);
  }
  return verdict;
}

async function whole(engine, run, body, flags) {
  const verdict = await decided(engine, begin(engine, run, body, flags));
  const sent = verdict.kind === C.VERDICT_REWRITE ? verdict.body : Buffer.from(body);
  const response = await send(sent);
  const answer = Buffer.concat(await response.toArray());
  const shown = step("ironcage_call_response", verdict.call, response.statusCode, 1, ...pair(lines(response.headers)), ...pair(answer));
  must(raw.ironcage_call_end(verdict.call, C.END_COMPLETE));
  return { verdict, shown, sent: sent.toString(), answer: (shown.kind === C.VERDICT_REWRITE ? shown.body : answer).toString() };
}

async function stream(engine, run, body) {
  const verdict = await decided(engine, begin(engine, run, body, C.NONBLOCKING));
  const sent = verdict.kind === C.VERDICT_REWRITE ? verdict.body : Buffer.from(body);
  const response = await send(sent);
  must(raw.ironcage_stream_open(verdict.call, response.statusCode, ...pair(lines(response.headers))));
  const came = [];
  const read = [];
  for await (const piece of response) {
    came.push(piece);
    const fed = step("ironcage_stream_feed", verdict.call, ...pair(piece));
    read.push(fed.kind === C.VERDICT_REWRITE ? fed.body : piece);
  }
  read.push(step("ironcage_stream_finish", verdict.call).body);
  must(raw.ironcage_call_end(verdict.call, C.END_COMPLETE));
  return { verdict, sent: sent.toString(), came: Buffer.concat(came).toString(), read: Buffer.concat(read).toString() };
}

async function waits(engine) {
  // Two calls of $0.00003 on a budget of one: the second waits until the first has settled.
  const small = handle("ironcage_protection_new", engine, 0n, ...pair('{"agent_id":"small","budget_usd":"0.00005","lower_output":false,"hold_wait":20}'));
  const run = handle("ironcage_run_open", small, 0n);
  const first = begin(engine, run, chat("one"), C.NONBLOCKING);
  check([C.VERDICT_SEND, C.VERDICT_PENDING].includes(first.kind), "a call that fits is sent");
  const ready = await decided(engine, first);
  const second = begin(engine, run, chat("two"), C.NONBLOCKING);
  check(second.kind === C.VERDICT_PENDING && second.call !== 0n, "NONBLOCKING: what does not fit beside it is pending");
  check(step("ironcage_call_wait", second.call, 0).kind === C.VERDICT_PENDING, "it stays so while the first is in flight");
  fails(C.E_PENDING, "an answer before the verdict is refused", () => step("ironcage_call_response", second.call, 200, 1, ...pair(""), ...pair("")));
  must(raw.ironcage_call_end(ready.call, C.END_WITHDRAWN));
  const later = await decided(engine, second);
  check(later.kind === C.VERDICT_SEND, "polling tells when it is decided", JSON.stringify(later.kind));
  must(raw.ironcage_call_end(later.call, C.END_WITHDRAWN));
  check(JSON.parse(text("ironcage_protection_report", small)).spent_usd === "0", "withdrawn calls cost nothing");
  must(raw.ironcage_protection_free(small));
}

async function main() {
  const sha = crypto.createHash("sha256").update(header).digest("hex");
  check(raw.ironcage_abi_fingerprint() === sha, "the library was built from this header");
  const wanted = fs.readFileSync(symbols, "utf8").trim().split("\n");
  check(JSON.stringify(Object.keys(raw).sort()) === JSON.stringify(wanted), "koffi declares and finds every export");

  const engine = handle("ironcage_engine_new", ...pair(`{"llm_hosts":"${host}:${port}=openai"}`));
  const protection = handle("ironcage_protection_new", engine, 0n, ...pair('{"agent_id":"node","budget_usd":"1"}'));
  const run = handle("ironcage_run_open", protection, 0n);

  const first = await whole(engine, run, chat("write to jane.doe@example.org please"), 0);
  check(first.verdict.kind === C.VERDICT_REWRITE && first.sent.includes("[EMAIL_REDACTED]") && !first.sent.includes("jane.doe"), "the address is redacted before the request leaves");
  check(JSON.parse(first.answer).choices[0].message.content.includes("[EMAIL_REDACTED]"), "the provider saw the redacted text");
  const second = await whole(engine, run, chat("good morning"), C.NONBLOCKING);
  check(second.verdict.kind === C.VERDICT_SEND && second.shown.kind === C.VERDICT_SEND, "a clean call is handed on as it is, both ways");

  const third = await stream(engine, run, chat("tell me something", streamed));
  check(third.verdict.kind === C.VERDICT_SEND && third.came === third.read && third.read.endsWith("data: [DONE]\n\n"), "a clean stream is the same bytes");
  const fourth = await stream(engine, run, chat("my card is 4111 1111 1111 1111", streamed));
  check(fourth.sent.includes("_REDACTED]") && !fourth.sent.includes("4111"), "a card number is redacted before a streamed request leaves");

  const report = JSON.parse(text("ironcage_protection_report", protection));
  check(report.calls === 4 && billed().length === 4, "four calls left, and four were billed", `${report.calls} ${billed().length}`);
  check(exact(report.spent_usd) === picodollars(billed()) && report.held_usd === "0", "what was spent is the provider's bill, to the picodollar", `${report.spent_usd} ${picodollars(billed())}`);
  check(report.pii_by_kind.EMAIL_ADDRESS >= 1, "the report counts the findings");

  await waits(engine);

  const spent = handle("ironcage_protection_new", engine, 0n, ...pair('{"agent_id":"poor","budget_usd":"0.000001"}'));
  const poor = handle("ironcage_run_open", spent, 0n);
  const refused = await decided(engine, begin(engine, poor, chat("hello"), C.NONBLOCKING));
  check(refused.kind === C.VERDICT_REFUSE && refused.call === 0n && JSON.parse(refused.body).error === "BudgetExceeded", "what the budget cannot pay is refused");
  check(JSON.parse(text("ironcage_run_close", poor)).error === "BudgetExceeded", "the run remembers it");
  check(billed().length === 4, "nothing was sent for it");

  fails(C.E_CONFIG, "an unknown option is named", () => handle("ironcage_engine_new", ...pair('{"colour":1}')), "colour");
  fails(C.E_HANDLE, "a handle of another kind is refused", () => handle("ironcage_run_open", engine, 0n));
  fails(C.E_HANDLE, "a handle of another generation is refused", () => text("ironcage_protection_report", protection ^ (1n << 40n)));
  fails(C.E_HANDLE, "a random handle is refused", () => text("ironcage_protection_report", 0xdeadbeefcafen));
  fails(C.E_ARGUMENT, "a null pointer with a length is refused", () => text("ironcage_safety_scan", engine, null, 5));
  fails(C.E_ARGUMENT, "a length beyond INT32_MAX is refused", () => text("ironcage_safety_scan", engine, Buffer.from("x"), 2 ** 31));
  check(raw.ironcage_call_end(first.verdict.call, C.END_COMPLETE) === C.OK, "ending twice is fine");
  must(raw.ironcage_run_free(run));
  fails(C.E_HANDLE, "a freed run is a stale handle", () => text("ironcage_run_close", run));
  must(raw.ironcage_engine_flush(engine, 5000));
  check(raw.ironcage_protection_free(protection) === C.OK && raw.ironcage_protection_free(protection) === C.OK, "freeing is idempotent");
  check(raw.ironcage_engine_free(engine) === C.OK && raw.ironcage_engine_free(engine) === C.OK, "the engine goes");
}

main()
  .catch((error) => check(false, "to the end", error.stack))
  .finally(() => {
    console.log(`${passed} ${failed}`);
    process.exitCode = failed ? 1 : 0;
  });
