// What of a comparison is to be seen in the graph on the screen, in numbers: nodes that are new, changed or gone, and links.
import { EMPTY_SCENE, sceneOf, type LinkView, type NodeView, type Scene } from '../canvas/scene.ts';
import type { Point } from '../canvas/curve.ts';
import type { Defs } from '../defs/def.ts';
import type { Document } from '../doc/document.ts';
import { pathTo } from '../doc/subgraph.ts';
import { socketAt } from '../doc/shapes.ts';
import type { NodeShape } from '../doc/shape.ts';
import type { Item } from './changes.ts';

export interface NodeMark {
  item: Item;
  box: NodeView; // of the document; of what is gone, where it was in the other
}

export interface LinkMark {
  how: 'added' | 'removed';
  type: string;
  points: readonly Point[];
}

export interface Marks {
  nodes: readonly NodeMark[];
  links: readonly LinkMark[];
}

/** The id that changes of the graph on the screen have. */
export const graphOf = (scene: Scene): string | undefined =>
  scene.graph === undefined || scene.graph === scene.doc?.raw ? undefined : String(scene.graph['id']);

/** The same graph as the other document has it. */
export function otherScene(scene: Scene, other: Document, defs: Defs): Scene {
  const id = graphOf(scene);
  const graph = id === undefined ? other.raw : other.definition(id);
  const path = graph && pathTo(other, graph);
  return path ? sceneOf(other, path, defs, EMPTY_SCENE) : EMPTY_SCENE;
}

const inputOf = (shape: NodeShape | undefined, name: string | undefined) => shape?.inputs.find((s) => s.name === name)?.index;

/** Links that lead into an input of that name. */
function linksInto(scene: Scene, node: string, field: string | undefined): LinkView[] {
  const index = inputOf(shapeIn(scene, node), field);
  return index === undefined ? [] : scene.links.filter((l) => l.to === node && l.toSlot === index);
}

const shapeIn = (scene: Scene, node: string): NodeShape | undefined =>
  scene.byKey.get(`node:${node}`)?.shape ?? scene.edges.find((e) => String(e.shape.id) === node)?.shape;

/** A link that is gone, from and to where its nodes lie now, as far as they are there. */
function goneLink(link: LinkView, now: Scene): LinkMark {
  const points = [...link.points];
  const [from, to] = [shapeIn(now, link.from), shapeIn(now, link.to)];
  const at = ([x, y]: readonly [number, number]) => ({ x, y });
  if (from) points[0] = at(socketAt(from, 'out', link.fromSlot));
  if (to) points[points.length - 1] = at(socketAt(to, 'in', link.toSlot));
  return { how: 'removed', type: link.type, points };
}

/** The id of its node in the graph on the screen; undefined: it is not there. What was compared as it runs has names like "12:3". */
function idIn(scene: Scene, { graph, node }: Item): string | undefined {
  if (graph !== undefined || !scene.prefix) return graph === graphOf(scene) ? node : undefined;
  return node?.startsWith(scene.prefix) ? node.slice(scene.prefix.length) : undefined;
}

export function marksOf(items: readonly Item[], now: Scene, was: Scene): Marks {
  const here = items.flatMap((item) => {
    const id = idIn(now, item);
    return id === undefined ? [] : [{ item, id }];
  });
  const nodes = here.flatMap(({ item, id }): NodeMark[] => {
    const box = (item.how === 'removed' ? was : now).byKey.get(`node:${id}`);
    return box ? [{ item, box }] : [];
  });
  const ids = (how: Item['how']) => new Set(here.filter((h) => h.item.how === how).map((h) => h.id));
  const [came, went] = [ids('added'), ids('removed')];
  const relinked = here.flatMap(({ item, id }) => item.changes.filter((c) => c.kind === 'link').map((c) => ({ ...c, id })));
  const added = new Set([
    ...now.links.filter((l) => came.has(l.from) || came.has(l.to)),
    ...relinked.filter((c) => c.now !== undefined).flatMap((c) => linksInto(now, c.id, c.field)),
  ]);
  const gone = new Set([
    ...was.links.filter((l) => went.has(l.from) || went.has(l.to)),
    ...relinked.filter((c) => c.was !== undefined).flatMap((c) => linksInto(was, c.id, c.field)),
  ]);
  return {
    nodes,
    links: [...[...added].map((l): LinkMark => ({ how: 'added', type: l.type, points: l.points })), ...[...gone].map((l) => goneLink(l, now))],
  };
}
