// Where everything of a node is, in numbers: worked out from the file and its class, never from what was drawn. The canvas,
// links, the minimap, arranging and hit tests all read this. Units are the file's: CSS pixels at zoom 1; y grows downward.
import type { InputDef } from '../defs/def.ts';
import type { Json, JsonObject } from './json.ts';
import type { Id } from './links.ts';

/** Litegraph's measures, so that files look here as they look there. */
export const TITLE = 30;
export const SLOT = 20;
export const WIDGET = 20;
export const WIDGET_GAP = 4;
export const LEAST_WIDTH = 200; // of a node with widgets
export const LEAST_BARE_WIDTH = 140; // of one without
export const COLLAPSED_WIDTH = 80;

export interface SocketShape {
  index: number; // its place in the file's inputs or outputs; of a class's input that the file lacks: where it would stand
  name: string;
  label: string;
  type: string;
  y: number; // its middle, from the top of the title
  links: readonly Id[];
  optional: boolean;
  list: boolean;
  widget?: string; // the input whose row it stands beside
}

export interface WidgetShape {
  name: string;
  label: string;
  y: number; // from the top of the title
  height: number;
  def?: InputDef; // undefined: the class is not known
  place?: number | string; // where widgets_values has it; undefined: nowhere
  control?: number | string; // where its "after generating" stands
  linked: boolean; // a link brings the value
  /** The whole list that widgets_values becomes when it is too short for `place`. */
  fill?: readonly Json[];
  /** Of a subgraph's widget: the one within, whose value counts where this node has none, and which is changed where
   * `place` is undefined. */
  source?: { node: JsonObject; graph: JsonObject; widget: WidgetShape };
}

/** An edge is one of a subgraph's two: its sockets are the definition's inputs, or outputs. */
export type NodeKind = 'node' | 'ghost' | 'subgraph' | 'reroute' | 'note' | 'primitive' | 'edge';

export interface NodeShape {
  id: Id;
  kind: NodeKind;
  title: string;
  x: number; // of the title's left upper corner: a file's pos is 30 below
  y: number;
  width: number;
  height: number; // title and body
  free: number; // where the room below the last row begins, from the top of the title: pictures go there
  inputs: readonly SocketShape[];
  outputs: readonly SocketShape[];
  widgets: readonly WidgetShape[];
  mode: 'runs' | 'muted' | 'bypassed';
  collapsed: boolean;
  pinned: boolean;
  color?: string; // the file's, of the title and the body; never shown under text as it is
  bgcolor?: string;
}
