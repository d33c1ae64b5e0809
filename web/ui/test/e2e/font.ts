// A font of plain rectangles, as wide as letters are. A page that is set in it looks the same whatever fonts a machine has:
// its looks can be compared with those of another machine.
import type { Page } from 'playwright-core';

const EM = 1000;
const [ASCENT, DESCENT] = [900, 250];

interface Glyph {
  width: number;
  box?: readonly [number, number, number, number]; // left, bottom, right, top
  of: string | readonly (readonly [number, number])[]; // its characters, or ranges of code points
}

/** Widths of a common sans serif, rounded. */
const GLYPHS: readonly Glyph[] = [
  { width: 500, box: [40, 0, 460, 700], of: '' }, // what it does not have
  { width: 260, of: ' \u00a0' },
  { width: 260, box: [60, 0, 200, 700], of: 'iljtfrI.,:;\'!|()[]/\\`·' },
  { width: 550, box: [50, 0, 500, 520], of: 'abcdeghknopqsuvxyz-_+=*"?<>~^{}#$&' },
  { width: 550, box: [50, 0, 500, 700], of: '0123456789' },
  { width: 640, box: [50, 0, 590, 700], of: 'ABCDEFGHJKLNOPQRSTUVXYZ' },
  { width: 850, box: [50, 0, 800, 600], of: 'mwMW%@' },
  { width: 550, box: [50, 0, 500, 520], of: [[0xa1, 0xb6], [0xb8, 0x24f], [0x2000, 0x206f], [0x2190, 0x22ff]] },
  { width: EM, box: [60, -80, 940, 780], of: [[0x2e80, 0x9fff], [0xf900, 0xfaff], [0xff00, 0xffef]] },
];

const u16 = (...values: number[]) => {
  const b = Buffer.alloc(2 * values.length);
  values.forEach((v, i) => b.writeUInt16BE(v & 0xffff, 2 * i));
  return b;
};
const u32 = (...values: number[]) => {
  const b = Buffer.alloc(4 * values.length);
  values.forEach((v, i) => b.writeUInt32BE(v >>> 0, 4 * i));
  return b;
};

function outline({ box }: Glyph): Buffer {
  if (!box) return Buffer.alloc(0);
  const [left, bottom, right, top] = box;
  const [w, h] = [right - left, top - bottom];
  return Buffer.concat([u16(1, left, bottom, right, top, 3, 0), Buffer.alloc(4, 1), u16(left, 0, w, 0), u16(bottom, h, 0, -h), Buffer.alloc(2)]);
}

/** Code points and their glyph, in order. */
function groups(): [number, number, number][] {
  const all = GLYPHS.flatMap(({ of }, glyph) =>
    typeof of === 'string' ? [...of].map((c) => [c.codePointAt(0) ?? 0, c.codePointAt(0) ?? 0, glyph]) : of.map(([from, to]) => [from, to, glyph]));
  return (all as [number, number, number][]).sort((a, b) => a[0] - b[0]);
}

function cmap(): Buffer {
  const all = groups();
  const size = 16 + 12 * all.length;
  return Buffer.concat([u16(0, 1, 3, 10), u32(12), u16(13, 0), u32(size, 0, all.length), ...all.map((g) => u32(...g))]);
}

function names(): Buffer {
  const text = Buffer.from('Look', 'utf16le').swap16();
  return Buffer.concat([u16(0, 1, 18, 3, 1, 0x409, 1, text.length, 0), text]);
}

function os2(): Buffer {
  const b = Buffer.alloc(96);
  b.writeUInt16BE(4, 0);
  b.writeInt16BE(500, 2); // how wide letters are
  b.writeUInt16BE(400, 4);
  b.writeUInt16BE(5, 6);
  b.writeUInt16BE(0x40, 62); // regular
  b.writeUInt16BE(0x20, 64);
  b.writeUInt16BE(0xffff, 66);
  [ASCENT, -DESCENT, 0, ASCENT, DESCENT].forEach((v, i) => b.writeInt16BE(v, 68 + 2 * i));
  b.writeInt16BE(520, 86);
  b.writeInt16BE(700, 88);
  return b;
}

function tables(): Record<string, Buffer> {
  const outlines = GLYPHS.map(outline);
  const at = outlines.reduce((all, o) => [...all, (all.at(-1) ?? 0) + o.length], [0]);
  const head = Buffer.concat([u32(0x10000, 0x10000, 0, 0x5f0f3cf5), u16(0, EM), u32(0, 0, 0, 0), u16(0, -DESCENT, EM, ASCENT, 0, 8, 2, 1, 0)]);
  return {
    'OS/2': os2(),
    cmap: cmap(),
    glyf: Buffer.concat(outlines),
    head,
    hhea: Buffer.concat([u32(0x10000), u16(ASCENT, -DESCENT, 0, EM, 0, 0, EM, 1, 0, 0, 0, 0, 0, 0, 0, GLYPHS.length)]),
    hmtx: Buffer.concat(GLYPHS.map((g) => u16(g.width, g.box?.[0] ?? 0))),
    loca: u32(...at),
    maxp: Buffer.concat([u32(0x10000), u16(GLYPHS.length, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)]),
    name: names(),
    post: Buffer.concat([u32(0x30000, 0), u16(-100, 50), u32(0, 0, 0, 0, 0)]),
  };
}

function sum(data: Buffer): number {
  let all = 0;
  for (let i = 0; i < data.length; i += 4) all = (all + Buffer.concat([data.subarray(i, i + 4), Buffer.alloc(4)]).readUInt32BE(0)) >>> 0;
  return all;
}

/** Source: OpenType 1.9, "Organization of an OpenType font". */
function font(): Buffer {
  const all = Object.entries(tables());
  let at = 12 + 16 * all.length;
  const rows: Buffer[] = [];
  const bodies: Buffer[] = [];
  for (const [tag, data] of all) {
    rows.push(Buffer.concat([Buffer.from(tag), u32(sum(data), at, data.length)]));
    const padded = Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
    bodies.push(padded);
    at += padded.length;
  }
  return Buffer.concat([u32(0x10000), u16(all.length, 128, 3, all.length * 16 - 128), ...rows, ...bodies]);
}

/** Everything on the page is set in it, now and after it is loaded again. */
export async function setInRectangles(page: Page): Promise<void> {
  await page.addInitScript((base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    for (const family of ['-apple-system', 'Segoe UI', 'Roboto', 'Noto Sans', 'PingFang SC', 'Noto Sans CJK SC']) {
      const face = new FontFace(family, bytes.buffer, { weight: '100 900' });
      document.fonts.add(face);
      void face.load();
    }
  }, font().toString('base64'));
}
