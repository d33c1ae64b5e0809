// What a document that was just opened lacks here: node classes and model files. Told once, when the server has checked it.
import { useDefs } from '../defs/defs.ts';
import type { Document } from '../doc/document.ts';
import type { JsonObject } from '../doc/json.ts';
import { setWidgetValues } from '../doc/ops.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { shapeOf } from '../doc/shapes.ts';
import { useRuns, type Checked } from '../run/run.ts';
import { showMissing } from '../dialogs/show.ts';
import { activeDocument } from './documents.ts';

const told = new WeakSet<Document>();

/** It was open before: its person knows. */
export function knownAlready(doc: Document) {
  told.add(doc);
}

export function startMissing() {
  useRuns.subscribe((runs) => {
    const at = activeDocument();
    const checked = at && runs[at.doc.uid]?.checked;
    if (!at || !checked || told.has(at.doc)) return;
    told.add(at.doc);
    if (checked.missingModels.length || checked.unknownTypes.length) showMissing(at, checked);
  });
}

/** A node by the prompt's id: "12:3" is node 3 of the subgraph that node 12 stands for. */
export function nodeAt(doc: Document, id: string): { node: JsonObject; graph: JsonObject } | undefined {
  let graph: JsonObject | undefined = doc.raw;
  const ids = id.split(':');
  for (const outer of ids.slice(0, -1)) graph = graph && doc.definition(doc.node(outer, graph)?.['type']);
  const node = graph && doc.node(ids.at(-1) ?? '', graph);
  return node && graph ? { node, graph } : undefined;
}

export type MissingModel = Checked['missingModels'][number];

/** All fields that ask for one file, of every document's node: the same file is asked for once. */
export function grouped(models: readonly MissingModel[]): MissingModel[][] {
  return [...Map.groupBy(models, (m) => `${m.folder}/${m.name}`).values()];
}

/** Puts another file where the missing one is asked for, as one step. */
export function useInstead(doc: Document, where: readonly MissingModel[], name: string) {
  const { defs } = useDefs.getState();
  const values = where.flatMap(({ node: id, input }): { node: JsonObject; widget: WidgetShape; value: string }[] => {
    const there = nodeAt(doc, id);
    const widget = there && shapeOf(there.node, there.graph, doc, defs).widgets.find((w) => w.name === input);
    return there && widget ? [{ node: there.node, widget, value: name }] : [];
  });
  setWidgetValues(doc, 'model', values);
}
