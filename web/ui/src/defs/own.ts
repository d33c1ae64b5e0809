// Classes that no server has: the canvas itself knows what they mean. They can be added like all others.
import { newObject } from '../doc/json.ts';
import type { Defs, NodeDef, OutputDef } from './def.ts';

function own(name: string, title: string, doc: string, category: string, inputs: readonly string[] = [], outputs: readonly OutputDef[] = []): NodeDef {
  return {
    name, title, doc, category, outputs,
    inputs: inputs.map((type) => ({ name: '', label: '', type, required: false, advanced: false, options: newObject() })),
    places: [], isOutput: false, deprecated: false, experimental: false, aliases: [],
  };
}

const ANY: OutputDef = { name: '', type: '*', list: false };

export const ownClasses: readonly NodeDef[] = [
  own('Note', 'Note', 'A text for people; nothing runs.', 'utils'),
  own('MarkdownNote', 'Markdown Note', 'A text for people, with headings, lists and links; nothing runs.', 'utils'),
  own('Reroute', 'Reroute', 'Leads a link around.', 'utils', ['*'], [ANY]),
  own('PrimitiveNode', 'Primitive', 'One value for the fields that it is linked to.', 'utils', [], [ANY]),
];

const joined = new WeakMap<Defs, Defs>();

/** The server's classes and the canvas's own: what can be added. */
export function withOwn(defs: Defs): Defs {
  let all = joined.get(defs);
  if (!all) joined.set(defs, (all = new Map([...ownClasses.map((d) => [d.name, d] as const), ...defs])));
  return all;
}
