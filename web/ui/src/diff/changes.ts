// What changed between two workflows, as the server finds it (POST /limn/diff, limn diff), ordered by what it is about.
import { isObject, parse, type Json } from '../doc/json.ts';

export const KINDS = [
  'added', 'removed', 'retyped', 'title', 'value', 'link', 'mode', 'moved', 'resized', 'look', 'group', 'subgraph', 'file',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Change {
  kind: Kind;
  graph?: string; // a subgraph's id; undefined: the workflow's own graph
  node?: string;
  type?: string; // its class
  title?: string; // that a person gave it
  field?: string;
  was?: Json;
  now?: Json;
}

export interface Found {
  changes: readonly Change[];
  leftOut: number;
}

/** A node, or what else a change is about. */
export interface Item {
  key: string;
  how: 'added' | 'removed' | 'changed' | 'placed'; // placed: it only lies elsewhere
  graph?: string;
  node?: string; // undefined: a group, a subgraph, the file
  type?: string;
  title?: string;
  changes: readonly Change[];
}

const text = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);

function readChange(of: Json): Change | undefined {
  const kind = isObject(of) ? KINDS.find((k) => k === of['kind']) : undefined;
  if (!isObject(of) || !kind) return undefined;
  const texts = { graph: text(of['graph']), node: text(of['node']), type: text(of['class']), title: text(of['title']), field: text(of['field']) };
  const values = { was: of['was'], now: of['now'] };
  return { kind, ...Object.fromEntries(Object.entries({ ...texts, ...values }).filter(([, v]) => v !== undefined)) };
}

/** The answer's text, whose numbers keep their digits. */
export function readFound(answer: string): Found {
  const json = parse(answer);
  const list = isObject(json) ? json['differences'] : undefined;
  const left = isObject(json) ? json['left_out'] : undefined;
  return {
    changes: (Array.isArray(list) ? list : []).map(readChange).filter((c) => c !== undefined),
    leftOut: typeof left === 'number' ? left : 0,
  };
}

const isPlace = ({ kind }: Change) => kind === 'moved' || kind === 'resized';

function howOf(changes: readonly Change[]): Item['how'] {
  const [first] = changes;
  if (first?.node !== undefined && (first.kind === 'added' || first.kind === 'removed')) return first.kind;
  return changes.every(isPlace) ? 'placed' : 'changed';
}

const ORDER: readonly Item['how'][] = ['added', 'changed', 'removed', 'placed'];

/** All that is said of one node together: new ones first, those that were only moved last. */
export function itemsOf(changes: readonly Change[]): Item[] {
  const about = (c: Change, i: number) => (c.node === undefined ? `${c.graph ?? ''} ${c.kind} ${i}` : `${c.graph ?? ''} node ${c.node}`);
  const items = [...Map.groupBy(changes.map((c, i) => ({ c, key: about(c, i) })), (x) => x.key)].map(([key, list]): Item => {
    const all = list.map((x) => x.c);
    const { graph, node, type, title } = all[0] as Change;
    return {
      key, how: howOf(all), changes: all,
      ...(graph === undefined ? {} : { graph }), ...(node === undefined ? {} : { node }),
      ...(type === undefined ? {} : { type }), ...(title === undefined ? {} : { title }),
    };
  });
  return ORDER.flatMap((how) => items.filter((i) => i.how === how));
}
