// What differs between two documents, graph by graph and node by node, from the second one's side: what it has more, less, and otherwise.
import type { Defs } from '../defs/def.ts';
import type { Document } from './document.ts';
import { groupsOf, type Group } from './groups.ts';
import { isObject, print, type Json, type JsonObject } from './json.ts';
import { reroutesOf } from './reroutes.ts';
import { shapeOf } from './shapes.ts';
import { valueOf } from './values.ts';

export interface Part {
  kind: 'moved' | 'links' | 'value' | 'title' | 'mode' | 'colour' | 'other';
  name: string;
  field?: string; // of a value: what the file calls it; its class may call it `declared`
  declared?: string;
  from?: string;
  to?: string;
}

export interface Difference {
  how: 'added' | 'removed' | 'changed';
  is: 'node' | 'group' | 'points' | 'subgraph' | 'file';
  id: string; // of a node
  title: string;
  type?: string; // of a node
  where?: string; // within which subgraph
  parts: readonly Part[];
}

const MOST_LETTERS = 24;
const same = (a: Json | undefined, b: Json | undefined) =>
  a === b || (a !== undefined && b !== undefined && print(a) === print(b));

function shortOf(value: Json | undefined): string {
  const text = value === undefined ? '–' : typeof value === 'string' ? value : print(value);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
}

const KINDS: Record<string, Part['kind']> = { pos: 'moved', size: 'moved', bounding: 'moved', name: 'title', color: 'colour', bgcolor: 'colour', inputs: 'links', outputs: 'links', title: 'title', mode: 'mode' };
const UNSEEN = new Set(['widgets_values', 'order']);
const NO_KEYS = new Set<string>();

/** One graph of two documents: the workflow's own, or the definition of a subgraph. */
interface Two {
  before: { doc: Document; graph: JsonObject };
  after: { doc: Document; graph: JsonObject };
  defs: Defs;
}

function values(a: JsonObject, b: JsonObject, { before, after, defs }: Two): Part[] {
  if (same(a['widgets_values'], b['widgets_values'])) return [];
  const was = new Map(shapeOf(a, before.graph, before.doc, defs).widgets.map((w) => [w.name, valueOf(a, w)]));
  return shapeOf(b, after.graph, after.doc, defs)
    .widgets.filter((w) => !same(was.get(w.name), valueOf(b, w)))
    .map((w) => ({ kind: 'value', name: w.label, field: w.name, ...(w.def?.label === undefined ? {} : { declared: w.def.label }), from: shortOf(was.get(w.name)), to: shortOf(valueOf(b, w)) }));
}

/** What two objects have otherwise, each kind once. */
function kindsOf(a: JsonObject, b: JsonObject, unseen: ReadonlySet<string>): Part[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => !unseen.has(k) && !same(a[k], b[k]));
  return [...new Set(keys.map((k) => KINDS[k] ?? 'other'))].map((kind): Part => ({ kind, name: kind }));
}

function ofNodes(two: Two): Difference[] {
  const { before, after, defs } = two;
  const told = ({ doc, graph }: Two['after'], node: JsonObject) => ({ is: 'node' as const, id: String(node['id']), type: String(node['type'] ?? ''), title: shapeOf(node, graph, doc, defs).title });
  const both = after.doc.nodes(after.graph).flatMap((b): Difference[] => {
    const a = before.doc.node(b['id'] as number, before.graph);
    if (!a) return [{ how: 'added', ...told(after, b), parts: [] }];
    const found = [...values(a, b, two), ...kindsOf(a, b, UNSEEN)];
    return found.length ? [{ how: 'changed', ...told(after, b), parts: found }] : [];
  });
  const gone = before.doc.nodes(before.graph).filter((a) => !after.doc.node(a['id'] as number, after.graph));
  return [...both, ...gone.map((a): Difference => ({ how: 'removed', ...told(before, a), parts: [] }))];
}

/** Groups have ids in newer files; in others the one of the same title, else of the same place in the list. */
function ofGroups({ before, after }: Two): Difference[] {
  const left = new Set(groupsOf(before.graph));
  const take = (fits: (g: Group) => boolean) => {
    const found = [...left].find(fits);
    if (found) left.delete(found);
    return found;
  };
  const told = (g: Group) => ({ is: 'group' as const, id: '', title: g.title });
  const pairs = groupsOf(after.graph).map((b) => [b, take((g) => same(g.raw, b.raw))] as const);
  const both = pairs.flatMap(([b, equal]): Difference[] => {
    const a = equal ?? take((g) => b.raw['id'] !== undefined && same(g.raw['id'], b.raw['id'])) ?? take((g) => g.title === b.title) ?? take((g) => g.index === b.index);
    if (!a) return [{ how: 'added', ...told(b), parts: [] }];
    const found = kindsOf(a.raw, b.raw, NO_KEYS);
    return found.length ? [{ how: 'changed', ...told(b), parts: found }] : [];
  });
  return [...both, ...[...left].map((a): Difference => ({ how: 'removed', ...told(a), parts: [] }))];
}

function ofGraph(two: Two): Difference[] {
  const points = ({ doc, graph }: Two['after']) => reroutesOf(doc, graph).all.map((r) => r.raw);
  const moved = !same(points(two.before) as Json, points(two.after) as Json);
  return [...ofNodes(two), ...ofGroups(two), ...(moved ? [{ how: 'changed', is: 'points', id: '', title: '', parts: [] } as const] : [])];
}

const nameOf = (graph: JsonObject) => (typeof graph['name'] === 'string' ? graph['name'] : '');
const UNTOLD = new Set(['nodes', 'links', 'groups', 'reroutes', 'floatingLinks', 'definitions', 'extra', 'revision', 'last_node_id', 'last_link_id', 'state', 'order']);

/** Of the workflow's own graph, then of its subgraphs, which are the same by their ids; what of the file is none of that comes last. */
export function differences(before: Document, after: Document, defs: Defs): Difference[] {
  const at = (doc: Document, graph: JsonObject) => ({ doc, graph });
  const within = after.graphs().slice(1).flatMap((graph): Difference[] => {
    const was = before.definition(graph['id']);
    const place = { where: nameOf(graph) };
    if (!was) return [{ how: 'added', is: 'subgraph', id: '', title: nameOf(graph), parts: [] }];
    const found = ofGraph({ before: at(before, was), after: at(after, graph), defs }).map((d) => ({ ...d, ...place }));
    const own = kindsOf(was, graph, UNTOLD);
    return own.length ? [{ how: 'changed', is: 'subgraph', id: '', title: nameOf(graph), parts: own }, ...found] : found;
  });
  const gone = before.graphs().slice(1).filter((g) => !after.definition(g['id']));
  const all = [
    ...ofGraph({ before: at(before, before.raw), after: at(after, after.raw), defs }), ...within,
    ...gone.map((g): Difference => ({ how: 'removed', is: 'subgraph', id: '', title: nameOf(g), parts: [] })),
  ];
  const file = kindsOf(before.raw, after.raw, UNTOLD).length > 0 || !same(seen(before), seen(after));
  return file ? [...all, { how: 'changed', is: 'file', id: '', title: '', parts: [] }] : all;
}

/** What a file has beside its graphs, but for where one looked. */
function seen({ raw }: Document): Json {
  const extra = raw['extra'];
  return isObject(extra) ? Object.entries(extra).filter(([key]) => !['ds', 'reroutes', 'linkExtensions'].includes(key)) : [];
}
