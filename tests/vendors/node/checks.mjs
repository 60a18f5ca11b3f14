// What all vendors share: the replies that the simulators were told to give, what they billed, and the count of what was found.
import fs from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";

export const replies = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../replies.json"), "utf8"));
export const tools = [
  { name: "get_weather", description: "Weather of a city.", schema: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } }, required: ["city"] } },
  { name: "get_time", description: "Time of a zone.", schema: { type: "object", properties: { zone: { type: "string" } }, required: ["zone"] } },
];
/** The arguments of the tool calls of a reply, as objects. */
export const calls = (text) => replies[text].tool_calls.map(({ name, arguments: given }) => ({ name, arguments: given }));

const counted = { passed: 0, failed: 0 };

/** Runs one case; whatever it throws is a failure of that case alone. */
export async function check(name, body) {
  try {
    await body();
    counted.passed++;
    console.error(`ok    ${name}`);
  } catch (error) {
    counted.failed++;
    console.error(`FAIL  ${name}: ${error?.stack ?? error}`);
  }
}

export function same(found, expected, what) {
  if (!isDeepStrictEqual(found, expected)) throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

/** The error that an asynchronous function ends with: of exactly this class. */
export async function raises(kind, body) {
  let made;
  try {
    made = await body();
  } catch (error) {
    if (error.constructor !== kind) throw new Error(`expected ${kind.name}, found ${error.constructor.name}: ${error.message}`, { cause: error });
    return error;
  }
  throw new Error(`expected ${kind.name}, but nothing was thrown: ${JSON.stringify(made)}`);
}

/** A simulator: its address, and its bill, which it writes before the client has the end of an answer. */
export class Provider {
  constructor(name) {
    [this.host, this.log] = process.env[`IRON_CAGE_VENDORS_${name.toUpperCase()}`].split(",");
  }

  get url() {
    return `http://${this.host}`;
  }

  /** The records so far. */
  get records() {
    return fs.readFileSync(this.log, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  /** The usage billed for the last request. */
  get billed() {
    return this.records.at(-1).usage;
  }
}

export function finish() {
  console.log(`${counted.passed} ${counted.failed}`);
  process.exitCode = counted.failed ? 1 : 0;
}
