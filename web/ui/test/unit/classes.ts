// classes.ts: some node classes, as the server's /object_info would tell them, for the tests of the document.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Defs, InputDef, NodeDef, Place, WidgetKind } from '../../src/defs/def.ts';
import { Document } from '../../src/doc/document.ts';
import { newObject, type JsonObject } from '../../src/doc/json.ts';

export const FOLDER = join(import.meta.dirname, '../../../../tests/canvas/corpus');
export const corpus = readdirSync(FOLDER).filter((f) => f.endsWith('.json')).map((f) => [f, readFileSync(join(FOLDER, f), 'utf8')] as const);

export function opened(file: string): Document {
  return new Document(readFileSync(join(FOLDER, `${file}.json`), 'utf8'));
}

type Short = [name: string, type: string, kind?: WidgetKind, more?: Partial<InputDef>];

const TYPES: Partial<Record<WidgetKind, string>> = { int: 'INT', seed: 'INT', float: 'FLOAT', choice: 'COMBO', upload: 'COMBO', texts: 'STRING', text: 'STRING' };

function input([name, type, widget, more]: Short): InputDef {
  const kind = widget ? { widget } : {};
  return { name, label: name, type: type || (TYPES[widget ?? 'int'] ?? '*'), required: true, advanced: false, options: newObject(), ...kind, ...more };
}

/** As the server tells them (/limn/plans). */
export function places(inputs: readonly InputDef[]): Place[] {
  const each = inputs.flatMap((i): Place[] => {
    if (!i.widget) return [];
    const controlled = i.widget === 'seed' || Boolean(i.options['control_after_generate']);
    const holds = ['value', ...(controlled ? ['control'] : []), ...(controlled && i.widget === 'choice' ? ['filter'] : [])] as Place['holds'][];
    return holds.map((what) => ({ input: i.name, holds: what }));
  });
  const upload = inputs.find((i) => i.upload && i.required);
  return upload ? [...each, { input: upload.name, holds: 'upload' }] : each;
}

function node(name: string, inputs: Short[], outputs: string[], more: Partial<NodeDef> = {}): [string, NodeDef] {
  const all = inputs.map(input);
  return [name, {
    name, title: name, category: 'tests', doc: '', inputs: all, outputs: outputs.map((type) => ({ name: type, type, list: false })),
    places: places(all), isOutput: outputs.length === 0, deprecated: false, experimental: false, aliases: [], ...more,
  }];
}

const samplers = { choices: ['euler', 'dpmpp_2m'], default: 'euler' };
const schedules = { choices: ['normal', 'karras'], default: 'normal' };

export const defs: Defs = new Map([
  node('CheckpointLoaderSimple', [['ckpt_name', '', 'choice', { choices: ['sd1.safetensors'] }]], ['MODEL', 'CLIP', 'VAE'], { title: 'Load Checkpoint' }),
  node('EmptyLatentImage', [['width', '', 'int', { default: 512, min: 16 }], ['height', '', 'int', { default: 512, min: 16 }], ['batch_size', '', 'int', { default: 1, min: 1 }]], ['LATENT']),
  node('CLIPTextEncode', [['text', '', 'texts'], ['clip', 'CLIP']], ['CONDITIONING']),
  node('KSampler', [
    ['model', 'MODEL'], ['seed', '', 'seed', { default: 0 }], ['steps', '', 'int', { default: 20, min: 1 }], ['cfg', '', 'float', { default: 8 }],
    ['sampler_name', '', 'choice', samplers], ['scheduler', '', 'choice', schedules], ['positive', 'CONDITIONING'], ['negative', 'CONDITIONING'],
    ['latent_image', 'LATENT'], ['denoise', '', 'float', { default: 1 }],
  ], ['LATENT']),
  node('VAEDecode', [['samples', 'LATENT'], ['vae', 'VAE']], ['IMAGE']),
  node('SaveImage', [['images', 'IMAGE'], ['filename_prefix', '', 'text', { default: 'ComfyUI' }]], []),
  node('PreviewImage', [['images', 'IMAGE']], []),
  node('EmptyImage', [['width', '', 'int'], ['height', '', 'int'], ['batch_size', '', 'int'], ['color', '', 'int']], ['IMAGE']),
  node('ImageInvert', [['image', 'IMAGE']], ['IMAGE']),
  node('LoadImage', [['image', '', 'upload', { upload: 'image', choices: ['a.png'] }]], ['IMAGE', 'MASK']),
  node('ImageScale', [
    ['image', 'IMAGE'], ['upscale_method', '', 'choice', { choices: ['nearest-exact', 'lanczos', 'area', 'bicubic'] }], ['width', '', 'int', { default: 512 }],
    ['height', '', 'int', { default: 512 }], ['crop', '', 'choice', { choices: ['disabled', 'center'] }],
  ], ['IMAGE']),
]);

/** A node of a document, which is there. */
export function nodeOf(doc: Document, id: number | string, graph = doc.raw): JsonObject {
  const found = doc.node(id, graph);
  if (!found) throw new Error(`no node ${id}`);
  return found;
}
