// Node classes out of the server's /object_info: whatever shape a class has, what can be read of it is read, and a class that
// cannot is left out. Source: ComfyUI's declarations, old ([[choices], {…}]) and new (["COMBO", {options: […]}]).
import { isObject, keysOf, type Json, type JsonObject } from '../doc/json.ts';
import type { Defs, InputDef, NodeDef, OutputDef, WidgetKind } from './def.ts';
import { isSeed, type Plans } from './places.ts';

const WIDGETS: Readonly<Record<string, WidgetKind>> = {
  INT: 'int', FLOAT: 'float', STRING: 'text', BOOLEAN: 'boolean', COMBO: 'choice', MARKDOWN: 'markdown', TEXTAREA: 'texts', COLOR: 'color',
  BOUNDING_BOX: 'box', CURVE: 'curve', RANGE: 'range', CHART: 'json', GALLERIA: 'json', PAINTER: 'json', COMFY_DYNAMICCOMBO_V3: 'json',
};
const UPLOADS = { image: ['image_upload', 'animated_image_upload'], video: ['video_upload'], audio: ['audio_upload'] } as const;

const text = (value: Json | undefined) => (typeof value === 'string' ? value : undefined);
const texts = (value: Json | undefined) => (Array.isArray(value) ? value.filter((v) => typeof v === 'string') : []);
const number = (value: Json | undefined) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const limit = (value: Json | undefined) => (typeof value === 'bigint' ? value : number(value));
const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** The members that are something, for a type whose members may be missing. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, v]) => v !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

// ------------------------------------------------------------------ an input

function uploadOf(options: JsonObject): InputDef['upload'] {
  for (const kind of ['image', 'video', 'audio'] as const) if (UPLOADS[kind].some((o) => options[o] === true)) return kind;
  return undefined;
}

function kindOf(name: string, type: string, options: JsonObject): WidgetKind | undefined {
  const kind = WIDGETS[text(options['widgetType']) ?? type];
  if (!kind || options['forceInput'] === true) return undefined;
  if (kind === 'int') return isSeed(name, options) ? 'seed' : 'int';
  if (kind === 'text') return options['multiline'] === true ? 'texts' : 'text';
  if (kind !== 'choice') return kind;
  if (options['multi_select'] || options['multiselect'] === true) return 'choices';
  return uploadOf(options) ? 'upload' : 'choice';
}

/** What a new node has there; an array stands for its first number, as some packs write it. */
function defaultOf(kind: WidgetKind | undefined, options: JsonObject, choices: readonly Json[] | undefined): Json | undefined {
  const told = options['default'] ?? options['defaultVal'];
  switch (kind) {
    case 'int':
    case 'float':
    case 'seed':
      return limit(Array.isArray(told) ? told[0] : told) ?? 0;
    case 'boolean':
      return told === undefined ? false : Boolean(told);
    case 'text':
    case 'texts':
    case 'markdown':
      return text(told) ?? '';
    case 'choice':
    case 'upload':
      return (Array.isArray(told) ? told[0] : told) ?? choices?.[0];
    case 'choices':
      return Array.isArray(told) ? told : told === undefined ? [] : [told];
    case 'color':
      return text(told) ?? '#000000';
    default:
      return told;
  }
}

function readInput(name: string, spec: Json | undefined, required: boolean): InputDef | undefined {
  const [head, rest] = Array.isArray(spec) ? spec : [spec];
  if (!Array.isArray(head) && typeof head !== 'string') return undefined;
  const options = object(rest);
  const type = Array.isArray(head) ? 'COMBO' : head;
  const widget = kindOf(name, type, options);
  const listed = Array.isArray(head) ? head : options['options'];
  const choices = widget === 'choice' || widget === 'choices' || widget === 'upload' ? (Array.isArray(listed) ? listed : []) : undefined;
  return {
    name,
    label: text(options['display_name']) ?? name,
    type,
    required,
    advanced: options['advanced'] === true,
    options,
    ...given({
      widget,
      default: defaultOf(widget, options, choices),
      min: limit(options['min']),
      max: limit(options['max']),
      step: number(options['step']),
      round: number(options['round']),
      choices,
      upload: widget === 'upload' ? uploadOf(options) : undefined,
      folder: text(options['image_folder']),
      tooltip: text(options['tooltip']),
    }),
  };
}

/** Its order where the class says one, then whatever that left out. */
function ordered(input: JsonObject, order: JsonObject | undefined, category: string): string[] {
  const declared = keysOf(object(input[category]));
  const told = texts(order?.[category]).filter((name) => declared.includes(name));
  return [...new Set([...told, ...(order ? [] : declared)])];
}

function readInputs(raw: JsonObject): InputDef[] {
  const input = object(raw['input']);
  const order = isObject(raw['input_order']) ? raw['input_order'] : undefined;
  const pairs = ['required', 'optional'].flatMap((c) => ordered(input, order, c).map((name) => [c, name] as const));
  const left = ['required', 'optional'].flatMap((c) =>
    keysOf(object(input[c])).filter((name) => !pairs.some(([pc, pn]) => pc === c && pn === name)).map((name) => [c, name] as const));
  return [...pairs, ...left].map(([c, name]) => readInput(name, object(input[c])[name], c === 'required')).filter((d) => d !== undefined);
}

// ------------------------------------------------------------------ an output, a class, all of them

function readOutputs(raw: JsonObject): OutputDef[] {
  const list = (member: string) => (Array.isArray(raw[member]) ? raw[member] : []);
  return list('output').map((output, i) => {
    const type = Array.isArray(output) ? 'COMBO' : (text(output) ?? '*');
    return {
      name: text(list('output_name')[i]) ?? type,
      type,
      list: list('output_is_list')[i] === true,
      ...given({ tooltip: text(list('output_tooltips')[i]) }),
    };
  });
}

function readDef(name: string, raw: Json | undefined, plans?: Plans): NodeDef | undefined {
  if (!isObject(raw)) return undefined;
  return {
    name,
    title: text(raw['display_name']) || name,
    category: text(raw['category']) ?? '',
    doc: text(raw['description']) ?? '',
    inputs: readInputs(raw),
    outputs: readOutputs(raw),
    places: plans?.get(name) ?? [],
    isOutput: raw['output_node'] === true,
    deprecated: raw['deprecated'] === true,
    experimental: raw['experimental'] === true,
    quiet: raw['dev_only'] === true,
    aliases: texts(raw['search_aliases']),
    ...given({ module: text(raw['python_module']) }),
  };
}

/** All that can be read of an answer of /object_info; of another shape: none. */
export function readDefs(info: Json, plans?: Plans): Defs {
  const found = Object.entries(object(info)).map(([name, raw]) => [name, readDef(name, raw, plans)] as const);
  return new Map(found.filter((pair): pair is readonly [string, NodeDef] => pair[1] !== undefined));
}
