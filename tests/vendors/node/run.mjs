// The vendors' own SDKs for Node against the provider simulators that run.sh started. Prints "PASSED FAILED" last.
import { check, finish } from "./checks.mjs";

for (const vendor of ["openai", "anthropic", "gemini", "bedrock", "ollama", "cohere"]) {
  let module;
  await check(`${vendor}: the SDK loads`, async () => (module = await import(`./${vendor}.mjs`)));
  await module?.run();
}
finish();
