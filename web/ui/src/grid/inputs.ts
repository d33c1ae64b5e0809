// Which inputs of a workflow can be varied, and a workflow's text with other values in some of them.
import { nodeTitle, slotLabel } from '../defs/labels.ts';
import type { Defs, InputDef } from '../defs/def.ts';
import { Document } from '../doc/document.ts';
import type { Json, JsonObject } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';
import { setWidgetValues } from '../doc/ops.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { shapeOf } from '../doc/shapes.ts';
import { valueOf } from '../doc/values.ts';
import type { Language } from '../i18n/languages.ts';
import { toText } from '../widgets/values.ts';

/** Where an input is: of a node of the workflow itself, or of a subgraph's definition. */
export interface Spot {
  graph: string; // the definition's id; "": the workflow itself
  node: string;
  widget: string;
}

export interface Input extends Spot {
  key: string; // one text for all of it
  title: string; // of the node: "KSampler #5"
  label: string;
  def: InputDef;
  now: string; // its value, as it would be written
}

export const keyOf = ({ graph, node, widget }: Spot) => JSON.stringify([graph, node, widget]);

const graphId = (doc: Document, graph: JsonObject) => (graph === doc.raw ? '' : String(graph['id']));

/** What a person can set: no link brings it, and the file has a place for it. */
const isFree = (w: WidgetShape): w is WidgetShape & { def: InputDef } =>
  w.def !== undefined && !w.linked && (w.place !== undefined || w.source !== undefined);

function inputsOfNode(node: JsonObject, graph: JsonObject, doc: Document, defs: Defs, language: Language): Input[] {
  if (node['mode'] === 2 || node['mode'] === 4) return [];
  const shape = shapeOf(node, graph, doc, defs);
  if (shape.kind === 'note') return [];
  const type = String(node['type'] ?? '');
  const title = `${nodeTitle(type, shape.title, defs.get(type)?.title, language)} #${shape.id}`;
  const inside = graph === doc.raw ? '' : `${String(graph['name'] ?? graph['id'])} › `;
  return shape.widgets.filter(isFree).map((w) => {
    const spot = { graph: graphId(doc, graph), node: String(shape.id), widget: w.name };
    return { ...spot, key: keyOf(spot), title: inside + title, label: slotLabel(w.name, w.label, language, w.def.label), def: w.def, now: toText(valueOf(node, w), w.def) };
  });
}

/** Every input that can be varied, node by node. */
export function inputsOf(doc: Document, defs: Defs, language: Language): Input[] {
  return doc.graphs().flatMap((graph) => doc.nodes(graph).flatMap((node) => inputsOfNode(node, graph, doc, defs, language)));
}

/** Puts values into a document, as one step. Throws where it has no such input. */
export function putValues(doc: Document, defs: Defs, values: readonly { at: Spot; value: Json }[]) {
  setWidgetValues(doc, 'grid', values.map(({ at, value }) => {
    const graph = doc.graphs().find((g) => graphId(doc, g) === at.graph);
    const node = graph && doc.node(at.node as Id, graph);
    const widget = graph && node && shapeOf(node, graph, doc, defs).widgets.find((w) => w.name === at.widget);
    if (!node || !widget) throw new Error(`${at.node}: ${at.widget}`);
    return { node, widget, value };
  }));
}
