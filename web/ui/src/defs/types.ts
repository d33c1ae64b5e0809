// Kinds of values: which output may go into which input, and how a kind looks: a shape for its family, a colour of its own.
// A kind that nobody has heard of has the colour that its name gives, the same in every file.

export type Family = 'weights' | 'pictures' | 'guidance' | 'values' | 'any' | 'other';
export type Mark = 'square' | 'circle' | 'ring' | 'diamond' | 'triangle' | 'half' | 'hexagon';

const FAMILIES: Readonly<Record<Exclude<Family, 'any' | 'other'>, readonly string[]>> = {
  weights: ['MODEL', 'CLIP', 'VAE', 'CONTROL_NET', 'CLIP_VISION', 'STYLE_MODEL', 'UPSCALE_MODEL'],
  pictures: ['IMAGE', 'MASK', 'LATENT', 'VIDEO', 'AUDIO'],
  guidance: ['CONDITIONING', 'CLIP_VISION_OUTPUT', 'GUIDER', 'SAMPLER', 'SIGMAS', 'NOISE'],
  values: ['INT', 'FLOAT', 'STRING', 'BOOLEAN', 'COMBO'],
};
const FAMILY_OF = new Map(
  Object.entries(FAMILIES).flatMap(([family, types]) => types.map((type) => [type, family as Family] as const)),
);
const MARKS: Readonly<Record<Family, Mark>> = {
  weights: 'square', pictures: 'circle', guidance: 'diamond', values: 'triangle', any: 'half', other: 'hexagon',
};

/** The kinds that a type stands for: "IMAGE,MASK" is two. */
export function kindsOf(type: string): string[] {
  return type.split(',').map((t) => t.trim().toUpperCase()).filter((t) => t !== '');
}

const isAny = (kinds: readonly string[]) => kinds.length === 0 || kinds.includes('*');

/** Source: ComfyUI's page: "*" and "" fit everything, cases are one, of a union one kind is enough. */
export function fits(output: string, input: string): boolean {
  const [out, into] = [kindsOf(output), kindsOf(input)];
  return isAny(out) || isAny(into) || out.some((kind) => into.includes(kind));
}

export function familyOf(type: string): Family {
  const kinds = kindsOf(type);
  if (isAny(kinds)) return 'any';
  return FAMILY_OF.get(kinds[0] ?? '') ?? 'other';
}

export function markOf(type: string): Mark {
  return kindsOf(type)[0] === 'LATENT' ? 'ring' : MARKS[familyOf(type)];
}

/** 0 to 359, from the name alone. */
export function hueOf(name: string): number {
  let hash = 2166136261;
  for (const c of name) hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 16777619);
  return (hash >>> 0) % 360;
}

/** A CSS colour, for style.color and the like; a union has its first kind's. */
export function colorOf(type: string): string {
  const family = familyOf(type);
  const kind = kindsOf(type)[0] ?? '';
  if (family === 'any') return 'var(--text-2)';
  if (family !== 'other') return `var(--type-${(kind === 'COMBO' ? 'STRING' : kind).toLowerCase().replaceAll('_', '-')})`;
  const hue = hueOf(kind);
  return `light-dark(oklch(0.4 0.12 ${hue}), oklch(0.78 0.12 ${hue}))`; // read in every theme
}

// ------------------------------------------------------------------ marks as paths

/** From their middle on. */
const PATHS: Readonly<Record<Mark, string>> = {
  square: 'm-4.5-4.5h9v9h-9z',
  circle: 'm0-5.2a5.2 5.2 0 1 1 0 10.4a5.2 5.2 0 0 1 0-10.4z',
  ring: 'm0-5.2a5.2 5.2 0 1 1 0 10.4a5.2 5.2 0 0 1 0-10.4zm0 3.1a2.1 2.1 0 1 0 0 4.2a2.1 2.1 0 0 0 0-4.2z',
  diamond: 'm0-5.7 5.7 5.7-5.7 5.7-5.7-5.7z',
  triangle: 'm-3-4 6.5 4-6.5 4z',
  half: 'm0-5.2a5.2 5.2 0 0 1 0 10.4zv1.2a4 4 0 0 0 0 8v1.2a5.2 5.2 0 0 1 0-10.4z',
  hexagon: 'm0-5.6 4.9 2.8v5.6l-4.9 2.8-4.9-2.8v-5.6z',
};

/** The outline of a type's mark, to be filled (evenodd), with its middle at a point. Moved by a transform it would be a layer's part of its own. */
export const pathAt = (type: string, x: number, y: number): string => `M${x} ${y}${PATHS[markOf(type)]}`;

/** In a box of 12 by 12. */
export const pathOf = (type: string): string => pathAt(type, 6, 6);
