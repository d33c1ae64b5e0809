// New ids: one more than any of the whole file, so that what is in subgraphs never meets what is around them. The counters that
// files keep are raised, never lowered.
import type { Document, Edit } from './document.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { readLink } from './links.ts';
import { rerouteList } from './reroutes.ts';

export type Kind = 'Node' | 'Link' | 'Group' | 'Reroute';

const ROOT_MEMBER: Partial<Record<Kind, string>> = { Node: 'last_node_id', Link: 'last_link_id' };

const listIn = (graph: JsonObject, member: string): Json[] => (Array.isArray(graph[member]) ? graph[member] : []);

function idsIn(graph: JsonObject, kind: Kind): (Json | undefined)[] {
  const own = (items: readonly Json[]) => items.map((i) => (isObject(i) ? i['id'] : undefined));
  switch (kind) {
    case 'Node':
      return own(listIn(graph, 'nodes'));
    case 'Link':
      return [...listIn(graph, 'links').map((l) => readLink(l)?.id), ...own(listIn(graph, 'floatingLinks'))];
    case 'Group':
      return own(listIn(graph, 'groups'));
    case 'Reroute':
      return own(rerouteList(graph) ?? []);
  }
}

const isCount = (value: Json | undefined): value is number => typeof value === 'number' && Number.isSafeInteger(value);

/** An id that nothing of the file has, nor has had; those of several are this and the next ones. */
export function nextId(doc: Document, kind: Kind): number {
  const member = ROOT_MEMBER[kind];
  let most = 0;
  for (const graph of doc.graphs()) {
    const told = [member && graph[member], isObject(graph['state']) ? graph['state'][`last${kind}Id`] : 0];
    for (const id of [...told, ...idsIn(graph, kind)])
      if (isCount(id)) most = Math.max(most, id);
      else if (typeof id === 'string' && /^\d{1,15}$/.test(id)) most = Math.max(most, Number(id));
  }
  return most + 1;
}

function raise(e: Edit, of: JsonObject, member: string, to: number) {
  const now = of[member];
  if (isCount(now) && now < to) e.set(of, member, to);
}

/** Notes that ids up to this one are taken, where the graph and the file count them. */
export function noteId(e: Edit, doc: Document, graph: JsonObject, kind: Kind, last: number) {
  const member = ROOT_MEMBER[kind];
  for (const of of new Set([doc.raw, graph])) {
    if (member) raise(e, of, member, last);
    if (isObject(of['state'])) raise(e, of['state'], `last${kind}Id`, last);
  }
}

/** An id for what is known by a uuid: subgraphs, their slots, files. */
export function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
