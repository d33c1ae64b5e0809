// steps.mjs: what the drivers of clients share: steps with names, patience, a picture's size.
import { readFileSync } from "node:fs";

export const [, , url, given] = process.argv;
export const { quick, walk, long, picture } = JSON.parse(readFileSync(given, "utf8"));
const patience = Number(process.env.PATIENCE ?? 20) * 1000;

// Waits for a promise, or for what() to become true.
export async function soon(what, name = "it") {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`${name} never came`)), patience)));
  const comes = typeof what !== "function" ? what : (async () => {
    for (let found; ; await new Promise((go) => setTimeout(go, 20))) if ((found = await what())) return found;
  })();
  return Promise.race([comes, late]).finally(() => clearTimeout(timer));
}

export function check(true_, ...words) {
  if (!true_) throw new Error(words.map((w) => (typeof w === "string" ? w : JSON.stringify(w))).join(" "));
}

// The size of a PNG [w, h].
export function sizeOf(bytes) {
  const view = new DataView(bytes instanceof ArrayBuffer ? bytes : bytes.buffer, bytes.byteOffset ?? 0);
  check(view.getUint32(0) === 0x89504e47, "no PNG");
  return [view.getUint32(16), view.getUint32(20)];
}

export const pictureBytes = () => new Uint8Array(readFileSync(picture));
export const seeded = (prompt, seed) => {
  const copy = structuredClone(prompt);
  for (const node of Object.values(copy)) if ("seed" in node.inputs) node.inputs.seed = seed;
  return copy;
};

// Takes the steps in their order; one that fails does not stop the next.
export async function take(steps) {
  let failed = 0;
  for (const step of steps) {
    try {
      await soon(step(), step.name);
      console.log("ok", step.name);
    } catch (e) {
      failed = 1;
      console.log("FAILED", step.name, String(e?.stack ?? e).slice(0, 800).replaceAll("\n", " | "));
    }
  }
  process.exit(failed);
}
