// What files carry: where it stands in each kind of file, which text counts, and what is said of files that are broken.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { Document } from '../../src/doc/document.ts';
import { findCarried } from '../../src/net/carried.ts';

const WORKFLOW = '{"nodes":[],"links":[],"extra":{"seed":18446744073709551615,"name":"画"}}';
const PROMPT = '{"1":{"class_type":"VAELoader","inputs":{"vae_name":"x"}}}';
const WORDS = 'a red fox\nNegative prompt: blur\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64';

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin = (text: string) => Buffer.from(text, 'latin1');

function chunk(type: string, ...parts: Uint8Array[]): Buffer {
  const data = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, latin(type), data, Buffer.alloc(4)]);
}
const png = (...chunks: Buffer[]) => Buffer.concat([latin('\x89PNG\r\n\x1a\n'), ...chunks, chunk('IEND')]);
const tEXt = (key: string, text: string) => chunk('tEXt', latin(`${key}\0`), utf8(text));

/** An EXIF block of ASCII tags, and of a user's comment in an IFD of its own. */
function exif(little: boolean, ascii: [tag: number, text: string][], comment?: Buffer): Buffer {
  const two = (n: number) => { const b = Buffer.alloc(2); little ? b.writeUInt16LE(n) : b.writeUInt16BE(n); return b; };
  const four = (n: number) => { const b = Buffer.alloc(4); little ? b.writeUInt32LE(n) : b.writeUInt32BE(n); return b; };
  const n = ascii.length + (comment ? 1 : 0);
  let data = Buffer.alloc(0);
  const end = 8 + 2 + 12 * n + 4;
  const rows = ascii.map(([tag, text]) => {
    const bytes = Buffer.from(`${text}\0`);
    const row = Buffer.concat([two(tag), two(2), four(bytes.length), four(end + data.length)]);
    data = Buffer.concat([data, bytes]);
    return row;
  });
  if (comment) {
    const inner = end + data.length;
    rows.push(Buffer.concat([two(0x8769), two(4), four(1), four(inner)]));
    const row = Buffer.concat([two(0x9286), two(7), four(comment.length), four(inner + 2 + 12 + 4)]);
    data = Buffer.concat([data, two(1), row, four(0), comment]);
  }
  return Buffer.concat([latin(little ? 'II*\0' : 'MM\0*'), four(8), two(n), ...rows, four(0), data]);
}

function webp(block: Buffer): Buffer {
  const size = (n: number) => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
  const body = Buffer.concat([latin('WEBP'), latin('VP8 '), size(3), Buffer.alloc(4), latin('EXIF'), size(block.length), block]);
  return Buffer.concat([latin('RIFF'), size(body.length), body]);
}

async function carries(bytes: Uint8Array, is: string, text: string) {
  const found = await findCarried(new Uint8Array(bytes));
  assert.deepEqual('carried' in found ? found.carried : found, { is, text });
}

test('JSON is the workflow or the prompt that it is, digit by digit', async () => {
  await carries(utf8(WORKFLOW), 'workflow', WORKFLOW);
  await carries(utf8(PROMPT), 'prompt', PROMPT);
  await carries(utf8(`{"client_id":"x","prompt":${PROMPT}}`), 'prompt', PROMPT);
  await carries(utf8(`\ufeff${WORKFLOW}`), 'workflow', WORKFLOW);
});

test('the three text chunks of PNG, and that of animated ones', async () => {
  const iTXt = (packed: boolean) =>
    chunk('iTXt', latin(`workflow\0${packed ? '\x01' : '\0'}\0zh\0`), utf8('工作流\0'), packed ? deflateSync(WORKFLOW) : utf8(WORKFLOW));
  for (const part of [
    tEXt('workflow', WORKFLOW),
    chunk('zTXt', latin('workflow\0\0'), deflateSync(WORKFLOW)),
    iTXt(false),
    iTXt(true),
    chunk('comf', latin('workflow\0'), utf8(WORKFLOW)),
  ])
    await carries(png(part), 'workflow', WORKFLOW);
});

test('of a picture the workflow counts before the prompt, and that before the words', async () => {
  await carries(png(tEXt('parameters', WORDS), tEXt('prompt', PROMPT), tEXt('workflow', WORKFLOW)), 'workflow', WORKFLOW);
  await carries(png(tEXt('parameters', WORDS), tEXt('prompt', PROMPT)), 'prompt', PROMPT);
  await carries(png(tEXt('parameters', WORDS)), 'parameters', WORDS);
  await carries(utf8(WORDS), 'parameters', WORDS);
});

test('a workflow that cannot be read gives way to the prompt, and is named', async () => {
  const found = await findCarried(new Uint8Array(png(tEXt('workflow', '{"nodes":['), tEXt('prompt', PROMPT))));
  assert.deepEqual(found, { carried: { is: 'prompt', text: PROMPT }, others: ['workflow'] });
});

test('WebP and JPEG keep it in EXIF, in either byte order', async () => {
  for (const little of [true, false]) {
    const tags: [number, string][] = [[0x0110, `prompt:${PROMPT}`], [0x010f, `workflow:${WORKFLOW}`]];
    await carries(webp(exif(little, tags)), 'workflow', WORKFLOW);
    await carries(webp(Buffer.concat([latin('Exif\0\0'), exif(little, tags.slice(0, 1))])), 'prompt', PROMPT);
    const block = Buffer.concat([latin('Exif\0\0'), exif(little, [], Buffer.concat([latin('UNICODE\0'), Buffer.from(WORDS, 'utf16le').swap16()]))]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(block.length + 2);
    await carries(Buffer.concat([latin('\xff\xd8\xff\xe1'), length, block, latin('\xff\xda')]), 'parameters', WORDS);
  }
});

test('SVG and safetensors carry it in their metadata', async () => {
  await carries(utf8(`<svg><metadata><![CDATA[{"prompt":${PROMPT},"workflow":${WORKFLOW}}]]></metadata></svg>`), 'workflow', WORKFLOW);
  const header = Buffer.from(JSON.stringify({ __metadata__: { workflow: WORKFLOW } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await carries(Buffer.concat([length, header, Buffer.alloc(16)]), 'workflow', WORKFLOW);
});

test('a bundle is known by its first bytes', async () => {
  await carries(latin('PK\x03\x04whatever'), 'bundle', '');
});

test('what carries nothing is told from what is broken', async () => {
  const fault = async (bytes: Uint8Array) => {
    const found = await findCarried(new Uint8Array(bytes));
    return 'fault' in found ? found.fault : 'carried';
  };
  assert.equal(await fault(png()), 'nothing');
  assert.equal(await fault(png(tEXt('workflow', '{'))), 'damaged');
  assert.equal(await fault(utf8('hello')), 'nothing');
  assert.equal(await fault(utf8('[1, 2]')), 'other');
  assert.equal(await fault(utf8('{"a": 1}')), 'other');
  assert.equal(await fault(utf8('{"a": ')), 'damaged');
  assert.equal(await fault(new Uint8Array([0xc3, 0x28, 0, 1])), 'nothing');
  assert.equal(await fault(png(chunk('zTXt', latin('workflow\0\0'), utf8('not deflated')))), 'damaged');
});

test('whatever stands in a file, an answer comes back', async () => {
  const whole = [
    png(tEXt('workflow', WORKFLOW), chunk('zTXt', latin('prompt\0\0'), deflateSync(PROMPT))),
    webp(exif(true, [[0x0110, `prompt:${PROMPT}`]], latin('UNICODE\0abc'))),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...whole), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean(), async (file, at, byte, cut) => {
      const bytes = new Uint8Array(file);
      bytes[at % bytes.length] = byte;
      const found = await findCarried(cut ? bytes.slice(0, at % bytes.length) : bytes);
      assert.ok('carried' in found || 'fault' in found);
    }),
    { numRuns: 300 },
  );
});

test('what the page opens at first is whole: every link is known at both of its ends', () => {
  const doc = new Document(readFileSync(new URL('../../src/app/first.json', import.meta.url), 'utf8'));
  const slots = (id: unknown, of: 'inputs' | 'outputs') => doc.node(id as number)?.[of] as { link?: number; links?: number[] }[];
  assert.equal(doc.links().length, 9);
  for (const l of doc.links()) {
    assert.equal(slots(l.to, 'inputs')[l.toSlot]?.link, l.id);
    assert.ok(slots(l.from, 'outputs')[l.fromSlot]?.links?.includes(l.id as number));
  }
});

const four = (n: number) => Buffer.from([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
const little = (n: number) => four(n).reverse();
const box = (type: string, ...parts: Uint8Array[]) => {
  const data = Buffer.concat(parts);
  return Buffer.concat([four(data.length + 8), latin(type), data]);
};
const boxNumbered = (n: number, data: Buffer) => Buffer.concat([four(data.length + 8), four(n), data]);

/** A film whose boxes have the texts behind its pictures, named by a list of keys. */
function mp4(texts: [key: string, value: string][], brand = 'isom'): Buffer {
  const keys = box('keys', four(0), four(texts.length), ...texts.map(([key]) => box('mdta', utf8(key))));
  const items = box('ilst', ...texts.map(([, value], i) => boxNumbered(i + 1, box('data', four(1), four(0), utf8(value)))));
  const meta = box('meta', four(0), box('hdlr', Buffer.alloc(24)), keys, items);
  return Buffer.concat([box('ftyp', latin(brand), four(0)), box('mdat', Buffer.alloc(100)), box('moov', box('mvhd', Buffer.alloc(20)), box('udta', meta))]);
}

const element = (id: number[], ...parts: Uint8Array[]) => {
  const data = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(id), Buffer.from([0x10 | (data.length >>> 24)]), four(data.length).subarray(1), data]);
};
function webm(texts: [key: string, value: string][]): Buffer {
  const tags = texts.map(([key, value]) => element([0x67, 0xc8], element([0x45, 0xa3], utf8(key)), element([0x44, 0x87], utf8(value))));
  const body = Buffer.concat([element([0x1f, 0x43, 0xb6, 0x75], Buffer.alloc(50)), element([0x12, 0x54, 0xc3, 0x67], element([0x73, 0x73], ...tags))]);
  return Buffer.concat([element([0x1a, 0x45, 0xdf, 0xa3], Buffer.alloc(4)), Buffer.from([0x18, 0x53, 0x80, 0x67, 0x01, 255, 255, 255, 255, 255, 255, 255]), body]); // of a length that nobody knew
}

function comments(texts: [key: string, value: string][]): Buffer {
  const lines = texts.map(([key, value]) => utf8(`${key}=${value}`));
  return Buffer.concat([little(4), latin('mine'), little(lines.length), ...lines.flatMap((l) => [little(l.length), l])]);
}
const flac = (texts: [string, string][]) => Buffer.concat([latin('fLaC'), four(34), Buffer.alloc(34), four((0x84 << 24 >>> 0) + comments(texts).length), comments(texts)]);

/** Packets of one stream, cut into pages of at most three segments, between those of another stream. */
function ogg(...packets: Buffer[]): Buffer {
  const segments = packets.flatMap((p) => Array.from({ length: Math.floor(p.length / 255) + 1 }, (_, i) => p.subarray(i * 255, i * 255 + 255)));
  const page = (serial: number, of: Buffer[]) => Buffer.concat([latin('OggS'), Buffer.alloc(10), little(serial), Buffer.alloc(8), Buffer.from([of.length, ...of.map((s) => s.length)]), ...of]);
  return Buffer.concat(segments.flatMap((_, i) => (i % 3 ? [] : [page(7, segments.slice(i, i + 3)), page(8, [Buffer.from('other')])])));
}

function mp3(texts: [key: string, value: string][], wide = false): Buffer {
  const coded = (text: string) => (wide ? Buffer.concat([Buffer.from([255, 254]), Buffer.from(text, 'utf16le')]) : Buffer.from(text));
  const frames = Buffer.concat(texts.map(([key, value]) => {
    const data = Buffer.concat([Buffer.from([wide ? 1 : 3]), coded(key), Buffer.alloc(wide ? 2 : 1), coded(value)]);
    return Buffer.concat([latin('TXXX'), four(data.length), Buffer.alloc(2), data]);
  }));
  const size = Buffer.from([21, 14, 7, 0].map((by) => (frames.length >>> by) & 127));
  return Buffer.concat([latin('ID3\x03\0\0'), size, frames, Buffer.from([255, 251])]);
}

const BOTH: [string, string][] = [['prompt', PROMPT], ['workflow', WORKFLOW]];
const LOUD = BOTH.map(([key, value]): [string, string] => [key.toUpperCase(), value]); // as some of them are written

test('films and sounds carry what their containers have room for', async () => {
  const long: [string, string] = ['comment', 'x'.repeat(3000)];
  for (const film of [mp4(BOTH), mp4([['prompt', PROMPT], ['workflow', WORKFLOW]], 'qt  '), webm(LOUD), flac(BOTH), mp3(BOTH), mp3(BOTH, true)]) await carries(film, 'workflow', WORKFLOW);
  await carries(ogg(latin('OpusHead'), Buffer.concat([latin('OpusTags'), comments([long, ...LOUD])]), Buffer.alloc(300)), 'workflow', WORKFLOW);
  await carries(ogg(latin('\x01vorbis'), Buffer.concat([latin('\x03vorbis'), comments(BOTH)])), 'workflow', WORKFLOW);
  await carries(mp4([['prompt', PROMPT]]), 'prompt', PROMPT);
  const tiff = exif(true, [[0x010f, `workflow:${WORKFLOW}`]]);
  await carries(Buffer.concat([box('ftyp', latin('avif'), four(0)), box('meta', Buffer.alloc(30)), box('mdat', latin('Exif\0\0'), tiff)]), 'workflow', WORKFLOW);
  const said = Buffer.from(`{"asset":{"version":"2.0","extras":{"workflow":${WORKFLOW}}}}`);
  await carries(Buffer.concat([latin('glTF'), little(2), little(20 + said.length), little(said.length), latin('JSON'), said]), 'workflow', WORKFLOW);
  for (const none of [mp4([]), webm([]), flac([]), ogg(latin('OpusHead')), mp3([])]) assert.deepEqual(await findCarried(new Uint8Array(none)), { fault: 'nothing' });
});

test('films and sounds that are torn or changed anywhere end in words', async () => {
  const files = [mp4(BOTH), webm(LOUD), flac(BOTH), mp3(BOTH), ogg(latin('OpusHead'), Buffer.concat([latin('OpusTags'), comments(BOTH)]))];
  await fc.assert(fc.asyncProperty(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(), async (file, changes, end) => {
    const bytes = new Uint8Array(file.subarray(0, 4 + (end % file.length)));
    for (const [at, value] of changes) bytes[4 + (at % Math.max(1, bytes.length - 4))] = value;
    const found = await findCarried(bytes);
    assert.ok('carried' in found || 'fault' in found);
  }), { numRuns: 400 });
});
