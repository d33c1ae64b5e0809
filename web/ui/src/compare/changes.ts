// Which values two workflows differ in, node by node, so that they can be said, and put from one into the other.
import type { Defs } from '../defs/def.ts';
import type { Document } from '../doc/document.ts';
import { print, type Json, type JsonObject } from '../doc/json.ts';
import { setWidgetValues } from '../doc/ops.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { shapeOf } from '../doc/shapes.ts';
import { valueOf } from '../doc/values.ts';

export interface ValueChange {
  node: JsonObject; // of the first document
  widget: WidgetShape;
  title: string;
  label: string;
  from: Json | undefined;
  to: Json;
}

const same = (a: Json | undefined, b: Json) => a === b || (a !== undefined && print(a) === print(b));

/** The graph of the first document that a graph of the second is: by its place, or its id. */
function twin(a: Document, graph: JsonObject, b: Document): JsonObject | undefined {
  return graph === b.raw ? a.raw : a.graphs().find((g) => g !== a.raw && g['id'] === graph['id']);
}

/** The node of that id and class; else the only one of its class on both sides. */
function partner(a: Document, graph: JsonObject, b: Document, of: JsonObject, ofGraph: JsonObject): JsonObject | undefined {
  const byId = a.node(of['id'] as number, graph);
  if (byId?.['type'] === of['type']) return byId;
  const alike = (doc: Document, g: JsonObject) => doc.nodes(g).filter((n) => n['type'] === of['type']);
  const [only, second] = alike(a, graph);
  return second === undefined && alike(b, ofGraph).length === 1 ? only : undefined;
}

function changesOf(a: Document, node: JsonObject, graph: JsonObject, b: Document, other: JsonObject, otherGraph: JsonObject, defs: Defs): ValueChange[] {
  const shape = shapeOf(node, graph, a, defs);
  const theirs = new Map(shapeOf(other, otherGraph, b, defs).widgets.map((w) => [w.name, w]));
  return shape.widgets.flatMap((widget): ValueChange[] => {
    const there = theirs.get(widget.name);
    if (!there || widget.linked || there.linked) return [];
    const from = valueOf(node, widget);
    const to = valueOf(other, there);
    return to === undefined || same(from, to) ? [] : [{ node, widget, title: shape.title, label: widget.label, from, to }];
  });
}

/** What the second has otherwise than the first. */
export function changedValues(a: Document, b: Document, defs: Defs): ValueChange[] {
  return b.graphs().flatMap((otherGraph) => {
    const graph = twin(a, otherGraph, b);
    if (!graph) return [];
    return b.nodes(otherGraph).flatMap((other) => {
      const node = partner(a, graph, b, other, otherGraph);
      return node ? changesOf(a, node, graph, b, other, otherGraph, defs) : [];
    });
  });
}

/** Which values are meant: all, the texts that are written over several lines, or the seeds. */
export type Which = 'all' | 'prompt' | 'seed';

const isMeant: Record<Which, (change: ValueChange) => boolean> = {
  all: () => true,
  prompt: ({ widget, to }) => typeof to === 'string' && (widget.def ?? widget.source?.widget.def)?.options['multiline'] === true,
  seed: ({ widget, to }) => typeof to !== 'string' && /seed/i.test(widget.source?.widget.name ?? widget.name),
};

/** Puts the values of the second into the first, as one step; how many. */
export function takeValues(a: Document, b: Document, defs: Defs, which: Which = 'all'): number {
  const changes = changedValues(a, b, defs).filter(isMeant[which]);
  setWidgetValues(a, 'values', changes.map(({ node, widget, to }) => ({ node, widget, value: to })));
  return changes.length;
}

const MOST_LETTERS = 80;

/** A value in few words. */
export function shortOf(value: Json | undefined): string {
  const text = value === undefined ? '–' : typeof value === 'string' ? value : print(value);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
}
