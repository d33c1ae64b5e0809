// "Run to this node": which outputs are asked for, and a preview where a node gives a picture that nobody shows.
import type { Defs } from '../defs/def.ts';
import { newObject, setKeyOrder, keysOf, type JsonObject } from '../doc/json.ts';
import { textAt } from '../net/http.ts';
import { neededFor } from './track.ts';

export interface Targets {
  prompt: JsonObject;
  targets: readonly string[];
}

const PREVIEW = 'PreviewImage';

function pictureSlot(defs: Defs, type: string | undefined): number {
  const def = type === undefined ? undefined : defs.get(type);
  return def && defs.has(PREVIEW) ? def.outputs.findIndex((o) => o.type === 'IMAGE') : -1;
}

/** Outputs that come from this node. */
function behind(prompt: JsonObject, node: string, defs: Defs): string[] {
  return Object.keys(prompt).filter((id) => {
    const isOutput = defs.get(textAt(prompt[id], 'class_type') ?? '')?.isOutput;
    return isOutput && neededFor(prompt, [id], []).has(node);
  });
}

/** The nodes that a name stands for: itself, or what is within an instance. */
const named = (prompt: JsonObject, name: string) =>
  name in prompt ? [name] : Object.keys(prompt).filter((id) => id.startsWith(`${name}:`));

/** Undefined: none of these nodes would run. The prompt is another where previews were added to it. */
export function targetsFor(prompt: JsonObject, nodes: readonly string[], defs: Defs): Targets | undefined {
  const targets = new Set<string>();
  const added: Record<string, JsonObject> = {};
  for (const id of nodes.flatMap((name) => named(prompt, name))) {
    const type = textAt(prompt[id], 'class_type');
    const slot = pictureSlot(defs, type);
    if (defs.get(type ?? '')?.isOutput) targets.add(id);
    else if (slot >= 0) {
      const name = `${id}:preview`; // what it shows, it shows on the node
      added[name] = newObject({ class_type: PREVIEW, inputs: newObject({ images: [id, slot] }) });
      targets.add(name);
    } else for (const output of behind(prompt, id, defs)) targets.add(output);
  }
  if (!targets.size) return undefined;
  const all = newObject({ ...prompt, ...added });
  setKeyOrder(all, [...keysOf(prompt), ...Object.keys(added)]);
  return { prompt: all, targets: [...targets] };
}
