// Models for stories and pictures: files that have a header and nothing behind it, notes and pictures beside them, and the
// checkpoint that comes with limn, so that graphs run.
import { copyFileSync, existsSync, mkdirSync, realpathSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Served } from './served.ts';

const UNET = 'model.diffusion_model.input_blocks.0.0.weight';
const TENSORS: Readonly<Record<string, readonly string[]>> = {
  sd1: [UNET, 'cond_stage_model.transformer.x'], xl: [UNET, 'conditioner.embedders.1.model.x'], flux: ['double_blocks.0.img_attn.norm.key_norm.scale'], none: ['x'],
};

/** A safetensors file of a family, without its tensors. */
function file(family: string, metadata: Record<string, string> = {}): Buffer {
  const named = Object.fromEntries((TENSORS[family] ?? []).map((name) => [name, { dtype: 'F16', shape: [0], data_offsets: [0, 0] }]));
  const header = Buffer.from(JSON.stringify({ __metadata__: metadata, ...named }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header]);
}

interface Sample {
  name: string;
  family: string;
  bytes: number; // as large on paper; the disk holds the header alone
  metadata?: Record<string, string>;
  note?: object;
  picture?: string; // a template's
}

const SAMPLES: readonly Sample[] = [
  { name: 'checkpoints/sd15/harbour-v2.safetensors', family: 'sd1', bytes: 2.13e9, picture: 'two-pass', note: { model: { name: 'Harbour' }, baseModel: 'SD 1.5', trainedWords: ['harbour light', 'oil on canvas'], files: [{ hashes: { SHA256: '9f'.repeat(32) } }] } },
  { name: 'checkpoints/sd15/inkwash.safetensors', family: 'sd1', bytes: 2.13e9, picture: 'style-mix' },
  { name: 'checkpoints/sdxl/base-xl.safetensors', family: 'xl', bytes: 6.94e9, picture: 'background' },
  { name: 'checkpoints/sdxl/photo-xl.safetensors', family: 'xl', bytes: 6.94e9 },
  { name: 'checkpoints/fluent.safetensors', family: 'flux', bytes: 17.2e9, picture: 'image-blend' },
  { name: 'loras/paper-cut.safetensors', family: 'none', bytes: 1.51e8, metadata: { ss_base_model_version: 'sd_v1', ss_output_name: 'Paper cut', ss_tag_frequency: JSON.stringify({ a: { paper: 40, layers: 30, shadow: 12 } }) }, picture: 'collage' },
  { name: 'vae/soft.safetensors', family: 'none', bytes: 3.35e8 },
  { name: 'vae/sharp.safetensors', family: 'none', bytes: 3.35e8 },
  { name: 'embeddings/calm-hands.safetensors', family: 'none', bytes: 24_700 },
  { name: 'embeddings/calm-light.safetensors', family: 'none', bytes: 24_700 },
  { name: 'embeddings/old/grain.safetensors', family: 'none', bytes: 24_700 },
];

/** In the place of the repository's models: these, and as many more checkpoints. */
export function layModels({ base }: Served, more = 0) {
  const folder = join(base, 'models');
  const there = join(realpathSync(folder), 'checkpoints/limn-shapes.safetensors');
  const pictures = join(realpathSync(folder), '../workflows/templates');
  rmSync(folder);
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  copyFileSync(there, join(folder, 'checkpoints/limn-shapes.safetensors'));
  for (const [i, { name, family, bytes, metadata, note, picture }] of SAMPLES.entries()) {
    const at = join(folder, name);
    const stem = at.replace(/\.safetensors$/, '');
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, file(family, metadata));
    truncateSync(at, bytes);
    utimesSync(at, 1.75e9 + i * 86400, 1.75e9 + i * 86400);
    if (note) writeFileSync(`${stem}.civitai.info`, JSON.stringify(note));
    if (picture && existsSync(join(pictures, `${picture}.webp`))) copyFileSync(join(pictures, `${picture}.webp`), `${stem}.webp`);
  }
  if (more) mkdirSync(join(folder, 'checkpoints/many'));
  for (let i = 0; i < more; i++) writeFileSync(join(folder, `checkpoints/many/m${String(i).padStart(5, '0')}.safetensors`), file('xl'));
}
