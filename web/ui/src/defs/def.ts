// What a node class is, as the page needs it: read from the server's /object_info and /limn/plans, tolerantly.
import type { Json, JsonObject } from '../doc/json.ts';

/** What edits a value; a new kind is a row of widgets/table.ts. */
export type WidgetKind =
  | 'int' | 'float' | 'seed' | 'choice' | 'choices' | 'boolean' | 'text' | 'texts' | 'upload' | 'color' | 'box' | 'curve' | 'range'
  | 'markdown' | 'json';

export interface InputDef {
  name: string;
  label: string; // display_name, or the name
  type: string; // INT, MODEL, "IMAGE,MASK"; of a list of choices: COMBO
  required: boolean;
  advanced: boolean;
  widget?: WidgetKind; // undefined: a socket only
  default?: Json;
  min?: number | bigint;
  max?: number | bigint;
  step?: number;
  round?: number;
  choices?: readonly Json[]; // of choice, choices, upload
  upload?: 'image' | 'audio' | 'video';
  folder?: string; // image_folder: input, output, temp
  tooltip?: string;
  options: JsonObject; // all that the class says of it: multiline, label_on, placeholder, remote …
}

export interface OutputDef {
  name: string;
  type: string;
  list: boolean;
  tooltip?: string;
}

/** One place of widgets_values. */
export interface Place {
  input: string;
  holds: 'value' | 'control' | 'filter' | 'upload';
  maybe?: boolean; // a control that some canvases wrote and others did not
  folder?: string; // of a value that names a model: its kind, "checkpoints"
}

export interface NodeDef {
  name: string;
  title: string;
  category: string; // "loaders/video"
  doc: string;
  module?: string; // "nodes", "custom_nodes.NAME": who brings it
  inputs: readonly InputDef[]; // in the order of the canvas: required, then optional; hidden ones are not here
  outputs: readonly OutputDef[];
  places: readonly Place[];
  isOutput: boolean;
  deprecated: boolean;
  experimental: boolean;
  quiet?: boolean; // files may name it, but it is not offered: the server has nothing that runs it
  aliases: readonly string[];
}

export type Defs = ReadonlyMap<string, NodeDef>;
