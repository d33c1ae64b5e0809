// The marks of a comparison on the canvas, as long as it lasts: worked out again when the graph, or what was found, is another.
import type { Point } from '../canvas/curve.ts';
import { holds } from '../canvas/boxes.ts';
import { cameraFor, goTo, lookAt } from '../canvas/camera.ts';
import { EMPTY_SCENE, type Scene } from '../canvas/scene.ts';
import { repaint, toCanvas, view } from '../canvas/view.ts';
import { activate, show } from '../app/documents.ts';
import { useDefs } from '../defs/defs.ts';
import { nodeTitle } from '../defs/labels.ts';
import type { Document } from '../doc/document.ts';
import { pathTo } from '../doc/subgraph.ts';
import type { Language } from '../i18n/languages.ts';
import { showView } from '../linear/view.ts';
import { locate } from '../run/where.ts';
import type { Item } from './changes.ts';
import { useDiffing, type Diffing } from './diffing.ts';
import { graphOf, marksOf, otherScene, type Marks } from './marks.ts';
import { paintMarks } from './paint.ts';

const NO_MARKS: Marks = { nodes: [], links: [] };
let known: { scene: Scene; items: readonly Item[]; marks: Marks } | undefined;
let before: { other: Document; graph: string | undefined; scene: Scene } | undefined;

function sceneBefore(scene: Scene, other: Document): Scene {
  const graph = graphOf(scene);
  if (!before || before.other !== other || before.graph !== graph || before.scene === EMPTY_SCENE)
    before = { other, graph, scene: otherScene(scene, other, useDefs.getState().defs) };
  return before.scene;
}

export function marksNow(): Marks {
  const { now } = useDiffing.getState();
  const { scene } = view;
  if (!now || scene.doc !== now.doc) return NO_MARKS;
  if (!known || known.scene !== scene || known.items !== now.items)
    known = { scene, items: now.items, marks: marksOf(now.items, scene, sceneBefore(scene, now.other.doc)) };
  return known.marks;
}

/** Returns what ends it. */
export function startMarks(nameOf: (item: Item) => string): () => void {
  view.marks = (brush) => {
    const { now } = useDiffing.getState();
    paintMarks(brush, marksNow(), now?.items[now.at], nameOf);
  };
  repaint();
  return () => {
    view.marks = known = before = undefined;
    repaint();
  };
}

/** What is marked under a point of the canvas element. */
export function itemAt(p: Point): Item | undefined {
  const at = toCanvas(p);
  return marksNow().nodes.findLast((m) => holds(m.box, at))?.item;
}

// ------------------------------------------------------------------ what things are called

export function titlesOf({ doc, other }: Diffing, language: Language): (node: string, graph: string | undefined) => string | undefined {
  const defs = useDefs.getState().defs;
  const inGraph = (of: Document, node: string, graph: string | undefined) => {
    if (graph === undefined) return locate(of, node)?.node;
    const definition = of.definition(graph);
    return definition && of.node(node, definition);
  };
  return (node, graph) => {
    const found = inGraph(doc, node, graph) ?? inGraph(other.doc, node, graph);
    const type = String(found?.['type'] ?? '');
    const title = typeof found?.['title'] === 'string' ? found['title'] : '';
    const declared = defs.get(type)?.title ?? (doc.definition(type) ?? other.doc.definition(type))?.['name'];
    const told = typeof declared === 'string' ? declared : undefined;
    return found && nodeTitle(type, title || (told ?? type), told, language);
  };
}

// ------------------------------------------------------------------ going there

function lookAtMark(item: Item) {
  const mark = marksNow().nodes.find((m) => m.item === item);
  if (mark) lookAt(cameraFor(mark.box, view.size, Math.max(0.7, Math.min(1, view.camera.zoom))));
}

/** Shows where it is; what is of no node is only listed. */
export function showItem({ doc }: Diffing, item: Item) {
  const definition = item.graph === undefined ? doc.raw : doc.definition(item.graph);
  const path = definition && pathTo(doc, definition);
  repaint();
  if (item.node === undefined || !path) return;
  const name = [...path, item.node].join(':');
  if (item.how !== 'removed') return goTo(doc.uid, name);
  activate(doc.uid);
  showView(doc.uid, 'graph');
  show(doc.uid, { path: name.split(':').slice(0, -1), selection: new Set() });
  requestAnimationFrame(() => requestAnimationFrame(() => lookAtMark(item))); // the graph has come to the screen
}
