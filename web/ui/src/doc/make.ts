// New nodes, as canvases write them: the class's sockets, and a value for each of its widgets.
import type { InputDef, NodeDef } from '../defs/def.ts';
import { newObject, type Json, type JsonObject } from './json.ts';
import { slotsIn, type Id } from './links.ts';
import { isNote, isPrimitive, isReroute } from './rows.ts';
import { placesOf } from './values.ts';
import { newInput, newOutput, type At } from './wire.ts';

interface Made {
  inputs: JsonObject[];
  outputs: JsonObject[];
  values?: Json[];
}

const CONTROLS = ['fixed', 'increment', 'decrement', 'randomize'];

/** A seed changes after each run unless its class says otherwise; anything else stays. */
function controlFor(input: InputDef | undefined): string {
  const told = input?.options['control_after_generate'];
  if (typeof told === 'string' && CONTROLS.includes(told)) return told;
  return input?.widget === 'seed' ? 'randomize' : 'fixed';
}

function ofClass(def: NodeDef, values: Readonly<Record<string, Json>>): Made {
  const inputs = new Map(def.inputs.map((i) => [i.name, i]));
  const list = [...placesOf([], def).fill];
  def.places.forEach((place, i) => {
    const given = Object.hasOwn(values, place.input) ? values[place.input] : undefined;
    if (place.holds === 'control') list[i] = controlFor(inputs.get(place.input));
    else if (place.holds === 'value' && given !== undefined) list[i] = given;
  });
  const sockets = def.inputs.filter((i) => i.widget === undefined && i.options['socketless'] !== true);
  return {
    inputs: sockets.map((i) => newInput({ name: i.name, type: i.type, optional: !i.required })),
    outputs: def.outputs.map((o) => newOutput(o.name, o.type)),
    ...(list.length ? { values: list } : {}),
  };
}

function ofDefinition(definition: JsonObject): Made {
  const slots = (member: 'inputs' | 'outputs') =>
    slotsIn(definition, member).map((s) => ({ name: String(s?.['name'] ?? ''), type: typeof s?.['type'] === 'string' ? s['type'] : '*' }));
  return {
    inputs: slots('inputs').map((s) => newInput({ ...s, optional: false })),
    outputs: slots('outputs').map((s) => newOutput(s.name, s.type)),
    values: [],
  };
}

function ofCanvas(type: string, values: Readonly<Record<string, Json>>): Made {
  if (isNote(type)) return { inputs: [], outputs: [], values: [values['text'] ?? ''] };
  if (isReroute(type)) return { inputs: [newInput({ name: '', type: '*', optional: false })], outputs: [newOutput('', '*')] };
  if (isPrimitive(type)) return { inputs: [], outputs: [newOutput('connect to widget input', '*')] };
  return { inputs: [], outputs: [] };
}

/** A node of a class, of a subgraph, or of a kind that only canvases know. Its size is left to its shape. */
export function newNode({ doc, graph, defs }: At, id: Id, type: string, values: Readonly<Record<string, Json>> = {}): JsonObject {
  const definition = doc.definition(type);
  const def = defs.get(type);
  const made = definition ? ofDefinition(definition) : def ? ofClass(def, values) : ofCanvas(type, values);
  return newObject({
    id, type, pos: [0, 0], size: [0, 0], flags: newObject(), order: doc.nodes(graph).length, mode: 0, inputs: made.inputs, outputs: made.outputs,
    properties: definition || isNote(type) || isReroute(type) ? newObject() : newObject({ 'Node name for S&R': type }),
    ...(made.values ? { widgets_values: made.values } : {}),
  });
}
