// The exports as Node sees them. The declarations come from ironcage.h itself, so that a host in Node cannot drift from it.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const koffi = require("koffi");

const root = path.resolve(__dirname, "../../..");
const header = fs.readFileSync(path.join(root, "native/abi/ironcage.h"), "utf8");
const library = koffi.load(path.join(root, "python/iron_cage/_native/libironcage.so"));

koffi.struct("ironcage_buffer", { data: "uint8_t *", len: "size_t" });
koffi.struct("ironcage_verdict", { size: "uint32_t", kind: "int32_t", call: "uint64_t", flags: "uint32_t", timeout_ms: "uint32_t", body: "ironcage_buffer" });

// Which pointers are written to; koffi has to be told.
const direction = { "ironcage_verdict *": "_Inout_ ", "ironcage_buffer *": "_Inout_ ", "uint64_t *": "_Out_ ", "int32_t *": "_Out_ ", "int64_t *": "_Out_ ", "size_t *": "_Out_ " };

const section = header.split(/BEGIN DECLARATIONS[^\n]*\n/)[1].split("/* END DECLARATIONS")[0].replace(/\/\*[\s\S]*?\*\//g, " ");
const raw = {};
for (const [, result, name, parameters] of section.matchAll(/([\w \t*]+?)(ironcage_\w+)\s*\(([^)]*)\)\s*;/g)) {
  const types = parameters.split(",").map((parameter) => {
    const text = parameter.trim().replace(/\s+/g, " ");
    return (direction[text.replace(/\w+$/, "")] ?? "") + text;
  });
  raw[name] = library.func(`${result.trim()} ${name}(${types.join(", ")})`);
}

const constants = {};
for (const [, name, value] of header.matchAll(/#define\s+IRONCAGE_(\w+)\s+(-?\d+)u?\b/g)) constants[name] = Number(value);

const bytes = (value) => (value === undefined || value === null ? Buffer.alloc(0) : Buffer.isBuffer(value) ? value : Buffer.from(value, "utf8"));

// The bytes of a buffer, which is then given back; twice, as that must be harmless.
function take(buffer) {
  const length = Number(buffer.len);
  const copy = length ? Buffer.from(koffi.decode(buffer.data, "uint8_t", length)) : Buffer.alloc(0);
  raw.ironcage_buffer_free(buffer);
  raw.ironcage_buffer_free(buffer);
  return copy;
}

class Failure extends Error {
  constructor(status) {
    super(raw.ironcage_last_error());
    this.status = status;
  }
}

const check = (status) => {
  if (status !== constants.OK) throw new Failure(status);
};

const pair = (value) => {
  const data = bytes(value);
  return [data, data.length];
};

// name, then what stands between the out-parameter and the end.
const handle = (name, ...given) => {
  const out = [0n];
  check(raw[name](out, ...given));
  return BigInt(out[0]);
};

const text = (name, ...given) => {
  const out = { data: null, len: 0 };
  check(raw[name](out, ...given));
  return take(out).toString("utf8");
};

const step = (name, ...given) => {
  const verdict = { size: koffi.sizeof("ironcage_verdict"), kind: -1, call: 0n, flags: 0, timeout_ms: 0, body: { data: null, len: 0 } };
  check(raw[name](verdict, ...given));
  return { kind: verdict.kind, call: BigInt(verdict.call), flags: verdict.flags, body: take(verdict.body) };
};

module.exports = { raw, constants, check, pair, handle, text, step, header, symbols: path.join(root, "native/abi/ironcage.symbols.txt") };
