// Points on links: set, moved, taken away. A point belongs to every link that is drawn through it.
import type { Edit } from './document.ts';
import type { Pair } from './geometry.ts';
import { nextId, noteId } from './ids.ts';
import { copy, isObject, newObject, type Json, type JsonObject } from './json.ts';
import { readLink, type Id } from './links.ts';
import { linksThrough, rerouteList, reroutesOf, type Reroute } from './reroutes.ts';
import { append, drop, type At } from './wire.ts';

/** The member of a graph that has its points: beside the links where these are objects, else within "extra". */
export function putPoint(e: Edit, at: At, raw: JsonObject) {
  const list = rerouteList(at.graph);
  if (list) return e.splice(list, list.length, 0, raw);
  if (at.graph !== at.doc.raw || at.graph['version'] === 1) return append(e, at.graph, 'reroutes', raw);
  if (!isObject(at.graph['extra'])) e.set(at.graph, 'extra', newObject());
  append(e, at.graph['extra'] as JsonObject, 'reroutes', raw);
}

function extensionsOf(graph: JsonObject): Json[] {
  const list = isObject(graph['extra']) ? graph['extra']['linkExtensions'] : undefined;
  return Array.isArray(list) ? list : [];
}

function setMember(e: Edit, of: JsonObject, key: string, value: Id | undefined) {
  if (value === undefined) e.remove(of, key);
  else e.set(of, key, value);
}

/** Says which point a link comes through last. */
export function setLast(e: Edit, at: At, link: Id, last: Id | undefined) {
  const links = Array.isArray(at.graph['links']) ? at.graph['links'] : [];
  const raw = links.find((l) => String(readLink(l)?.id) === String(link));
  const extensions = extensionsOf(at.graph);
  const told = extensions.find((x) => isObject(x) && String(x['id']) === String(link)) as JsonObject | undefined;
  if (told && last !== undefined) e.set(told, 'parentId', last);
  else if (told) drop(e, extensions, (x) => x === told);
  if (isObject(raw) && (!told || Object.hasOwn(raw, 'parentId'))) setMember(e, raw, 'parentId', last);
  if (told || isObject(raw)) return;
  if (last === undefined) return;
  if (!isObject(at.graph['extra'])) e.set(at.graph, 'extra', newObject());
  append(e, at.graph['extra'] as JsonObject, 'linkExtensions', newObject({ id: link, parentId: last }));
}

/** A new point on a link, as the `place`th from its origin. Links that share the point behind it share this one, too. */
export function addReroute(at: At, link: Id, [x, y]: Pair, place: number): Id {
  const id = nextId(at.doc, 'Reroute');
  const chain = reroutesOf(at.doc, at.graph).along(link);
  const [before, after] = [chain[place - 1], chain[place]];
  const through = after ? linksThrough(at.doc, at.graph, after.id) : [link];

  at.doc.transact('reroute', (e) => {
    putPoint(e, at, newObject({ id, ...(before ? { parentId: before.id } : {}), pos: [x, y], linkIds: [...through] }));
    if (after) e.set(after.raw, 'parentId', id);
    else setLast(e, at, link, id);
    noteId(e, at.doc, at.graph, 'Reroute', id);
  });
  return id;
}

/** A link that waited at a point waits at the one before, or is no more. */
function stepBack(e: Edit, at: At, gone: Reroute) {
  const list = at.graph['floatingLinks'];
  const waiting = Array.isArray(list) ? list.filter(isObject).filter((l) => String(l['parentId']) === String(gone.id)) : [];
  if (!Array.isArray(list) || !waiting.length) return;
  const before = gone.parent === undefined ? undefined : reroutesOf(at.doc, at.graph).byId.get(String(gone.parent));
  if (!before) return drop(e, list, (l) => waiting.includes(l as JsonObject));
  for (const link of waiting) e.set(link, 'parentId', before.id);
  if (gone.raw['floating'] !== undefined && before.raw['floating'] === undefined) e.set(before.raw, 'floating', copy(gone.raw['floating']));
}

/** Takes points away; links go on through the others. */
export function removePoints(e: Edit, at: At, ids: readonly Id[]) {
  for (const id of ids) {
    const { all, byId } = reroutesOf(at.doc, at.graph);
    const gone = byId.get(String(id));
    const list = rerouteList(at.graph);
    if (!gone || !list) continue;
    for (const link of linksThrough(at.doc, at.graph, id))
      if (reroutesOf(at.doc, at.graph).along(link).at(-1)?.raw === gone.raw) setLast(e, at, link, gone.parent);
    stepBack(e, at, gone);
    const mark = gone.raw['floating'];
    for (const child of all.filter((r) => String(r.parent) === String(id))) {
      setMember(e, child.raw, 'parentId', gone.parent);
      if (isObject(mark) && mark['slotType'] === 'input') e.set(child.raw, 'floating', copy(mark)); // what led to an input waits there now
    }
    drop(e, list, (r) => r === gone.raw);
  }
}

export function removeReroutes(at: At, ids: readonly Id[]) {
  at.doc.transact('remove', (e) => removePoints(e, at, ids));
}
