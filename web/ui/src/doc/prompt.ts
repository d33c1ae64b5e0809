// A prompt (the API format: nodes by id, values by name) as a canvas's document: nodes built from their classes, values put where
// these keep them, links, and an arrangement.
import type { Defs, NodeDef } from '../defs/def.ts';
import { arrange } from './arrange.ts';
import { Document } from './document.ts';
import { newUuid } from './ids.ts';
import { isObject, keysOf, newObject, parse, print, type Json, type JsonObject } from './json.ts';
import { newNode } from './make.ts';
import { shapeOf } from './shapes.ts';
import { newInput, newOutput, type At } from './wire.ts';
import { TITLE } from './shape.ts';

/** A link that leads to a node, or an output, that is not there. */
export interface Absent {
  node: string;
  input: string;
  to: string;
  output: number;
}

export interface FromPrompt {
  doc: Document;
  absent: readonly Absent[];
  unknown: readonly string[]; // classes, each once
}

interface Entry {
  key: string;
  type: string;
  inputs: JsonObject;
  title: string | undefined;
}

type Ref = readonly [string, number];

const refOf = (value: Json): Ref | undefined =>
  Array.isArray(value) && value.length === 2 && (typeof value[0] === 'string' || typeof value[0] === 'number') && typeof value[1] === 'number'
    ? [String(value[0]), value[1]] : undefined;

const constantOf = (value: Json): Json => (isObject(value) && Array.isArray(value['__value__']) ? value['__value__'] : value);

function entriesOf(prompt: JsonObject): Entry[] {
  return keysOf(prompt).flatMap((key) => {
    const raw = prompt[key];
    if (!isObject(raw) || typeof raw['class_type'] !== 'string') return [];
    const title = isObject(raw['_meta']) ? raw['_meta']['title'] : undefined;
    return [{ key, type: raw['class_type'], inputs: isObject(raw['inputs']) ? raw['inputs'] : newObject(), title: typeof title === 'string' ? title : undefined }];
  });
}

/** Whole numbers stay the ids that they are; others get new ones. */
function idsOf(entries: readonly Entry[]): Map<string, number> {
  const plain = (key: string) => /^(0|[1-9]\d{0,14})$/.test(key);
  let next = Math.max(0, ...entries.map((e) => (plain(e.key) ? Number(e.key) : 0))) + 1;
  return new Map(entries.map((e) => [e.key, plain(e.key) ? Number(e.key) : next++]));
}

/** A node of a class that is not there: what the prompt says of it. */
function ghost(entry: Entry, id: number, outputs: number): JsonObject {
  const names = keysOf(entry.inputs);
  const values = names.filter((n) => !refOf(entry.inputs[n] as Json));
  return newObject({
    id, type: entry.type, pos: [0, 0], size: [0, 0], flags: newObject(), order: 0, mode: 0,
    inputs: [
      ...names.filter((n) => !values.includes(n)).map((name) => newInput({ name, type: '*', optional: false })),
      ...values.map((name) => newInput({ name, type: '*', widget: name, optional: false })),
    ],
    outputs: Array.from({ length: outputs }, () => newOutput('', '*')),
    properties: newObject({ 'Node name for S&R': entry.type }),
    widgets_values: values.map((n) => constantOf(entry.inputs[n] as Json)),
    widgets_values_named: newObject(Object.fromEntries(values.map((n) => [n, constantOf(entry.inputs[n] as Json)]))),
  });
}

/** The node's input of that name, which a widget's gets when it is linked. */
function inputNamed(node: JsonObject, name: string, def: NodeDef | undefined): number {
  const list = node['inputs'] as JsonObject[];
  const found = list.findIndex((i) => i['name'] === name);
  if (found >= 0) return found;
  const input = def?.inputs.find((i) => i.name === name);
  return list.push(newInput({ name, type: input?.type ?? '*', optional: false, ...(input?.widget ? { widget: name } : {}) })) - 1;
}

interface Made {
  entry: Entry;
  node: JsonObject;
  def: NodeDef | undefined;
}

function makeNodes(entries: readonly Entry[], defs: Defs): Map<string, Made> {
  const ids = idsOf(entries);
  const blank = new Document('{"nodes":[]}');
  const at: At = { doc: blank, graph: blank.raw, defs };
  const most = new Map<string, number>(); // outputs that are asked for
  for (const { inputs } of entries)
    for (const value of Object.values(inputs)) {
      const ref = refOf(value);
      if (ref) most.set(ref[0], Math.max(most.get(ref[0]) ?? 0, Math.min(ref[1], 99) + 1));
    }
  return new Map(entries.map((entry) => {
    const def = defs.get(entry.type);
    const id = ids.get(entry.key) ?? 0;
    const values = Object.fromEntries(Object.entries(entry.inputs).filter(([, v]) => !refOf(v)).map(([k, v]) => [k, constantOf(v)]));
    const node = def ? newNode(at, id, entry.type, values) : ghost(entry, id, most.get(entry.key) ?? 0);
    if (entry.title !== undefined && entry.title !== (def?.title ?? entry.type)) node['title'] = entry.title;
    return [entry.key, { entry, node, def }];
  }));
}

/** Joins what the prompt joins; what leads nowhere is listed. */
function makeLinks(made: ReadonlyMap<string, Made>): { links: Json[]; absent: Absent[] } {
  const links: Json[] = [];
  const absent: Absent[] = [];
  for (const { entry, node, def } of made.values())
    for (const name of keysOf(entry.inputs)) {
      const ref = refOf(entry.inputs[name] as Json);
      if (!ref) continue;
      const [to, output] = ref;
      const origin = (made.get(to)?.node['outputs'] as JsonObject[] | undefined)?.[output];
      if (!origin) {
        absent.push({ node: entry.key, input: name, to, output });
        continue;
      }
      const id = links.length + 1;
      const slot = inputNamed(node, name, def);
      const input = (node['inputs'] as JsonObject[])[slot] as JsonObject;
      const type = origin['type'] === '*' ? (input['type'] as Json) : (origin['type'] as Json);
      input['link'] = id;
      origin['links'] = [...(Array.isArray(origin['links']) ? origin['links'] : []), id];
      links.push([id, made.get(to)?.node['id'] as Json, output, node['id'] as Json, slot, type]);
    }
  return { links, absent };
}

function fitSizes(doc: Document, defs: Defs) {
  for (const node of doc.nodes()) {
    const shape = shapeOf(node, doc.raw, doc, defs);
    node['size'] = [shape.width, shape.height - (shape.kind === 'reroute' ? 0 : TITLE)];
  }
}

/** A document that says what a prompt says. Nothing of it is unsaved. */
export function documentOf(prompt: JsonObject, defs: Defs): FromPrompt {
  const entries = entriesOf(prompt);
  const made = makeNodes(entries, defs);
  const { links, absent } = makeLinks(made);
  const nodes = [...made.values()].map((m) => m.node);
  const raw = newObject({
    id: newUuid(), revision: 0, last_node_id: Math.max(0, ...nodes.map((n) => n['id'] as number)), last_link_id: links.length,
    nodes, links, groups: [], config: newObject(), extra: newObject(), version: 0.4,
  });
  const draft = new Document(print(raw));
  fitSizes(draft, defs);
  arrange({ doc: draft, graph: draft.raw, defs });
  const unknown = [...new Set(entries.filter((e) => !defs.has(e.type)).map((e) => e.type))];
  return { doc: new Document(print(draft.raw)), absent, unknown };
}

/** The same, of a text: a prompt, or the body of a POST /prompt. Throws a JsonFault; undefined where it is no prompt. */
export function documentOfText(text: string, defs: Defs): FromPrompt | undefined {
  const json = parse(text);
  if (!isObject(json)) return undefined;
  const prompt = isObject(json['prompt']) ? json['prompt'] : json;
  return entriesOf(prompt).length ? documentOf(prompt, defs) : undefined;
}
