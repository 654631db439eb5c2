// The page: each scenario has a module of its own, calls into it, is trapped, and calls again.

import { readFile } from "node:fs/promises";

const bytes = await readFile(process.argv[2]);
const module = await WebAssembly.compile(bytes);
const verbose = process.argv.includes("--verbose");
let failures = 0;

/** A page: what it calls, and what comes of it. */
async function page(name, turns) {
  const { exports } = await WebAssembly.instantiate(module, {});
  const said = () =>
    Buffer.from(exports.memory.buffer, exports.said() >>> 0, exports.said_bytes()).toString();
  exports.start();
  for (const [call, ...expected] of turns) {
    let got;
    try {
      got = [exports[call[0]](...call.slice(1))];
    } catch (trap) {
      got = trap instanceof WebAssembly.RuntimeError ? said() : `${trap}`;
    }
    const shown = `${name}: ${call.join(" ")} -> ${got}`;
    const right =
      typeof got === "string"
        ? expected.every((part) => typeof part === "string" && got.includes(part))
        : expected.length === 0 || expected[0] === got[0];
    if (!right) {
      failures += 1;
      console.error(`${shown}\n  expected ${expected.join(", ")}`);
    } else if (verbose) {
      console.log(shown);
    }
  }
}

const cut = ["a body has panicked", "this build aborts"];

await page("an effect of the functions panics", [
  [["functions_set", 81], 9],
  [["functions_set", 400], "the number is too large"],
  [["functions_set", 4], ...cut],
  [["functions_get"], ...cut],
  [["functions_make"], ...cut],
  [["functions_poll"], ...cut],
  [["shared_set", 4], ...cut],
]);
await page("a computed value of the functions panics", [
  [["functions_set", -1], "no root"],
  [["functions_get"], ...cut],
  [["functions_set", 4], ...cut],
]);
await page("an effect of a shared graph panics", [
  [["shared_set", 81], 9],
  [["shared_poll"], 81],
  [["shared_set", 400], "the number is too large"],
  [["shared_get"], ...cut],
  [["shared_set", 4], ...cut],
  [["shared_poll"], ...cut],
]);
await page("a lazy value of a shared graph panics", [
  [["shared_set", -1], "no root"],
  [["shared_set", 4], ...cut],
  [["shared_poll"], ...cut],
]);
await page("a lazy value of a graph panics", [
  [["page_set", 81]],
  [["page_get"], 9],
  [["page_set", -1]],
  [["page_get"], "no root"],
  [["page_get"], ...cut],
  [["functions_set", 4], 2], // the others go on
  [["shared_set", 4], 2],
]);
await page("the page panics outside of all bodies", [
  [["functions_set", 81], 9],
  [["panic_elsewhere"], "this is not a body"],
  [["functions_set", 16], 4],
  [["functions_set", 25], 5],
  [["shared_set", 36], 6],
  [["shared_poll"], 36],
  [["page_set", 49]],
  [["page_get"], 7],
]);

if (failures > 0) {
  process.exit(1);
}
console.log("after a body has panicked, the next call says so");
