// Binary frames of the socket: a picture while it forms, or a line of text, for a node. Numbers are big-endian.

export type Frame =
  | { is: 'picture'; image: Blob; job?: string; node?: string; display?: string } // without a node: the one that runs
  | { is: 'text'; node: string; text: string };

const PICTURE = 1;
const TEXT = 3;
const PICTURE_OF = 4;
const PNG = 2;

const decoder = new TextDecoder();

/** So many bytes at `at`, as text; undefined: the frame ends before. */
function textIn(bytes: DataView, at: number, length: number): string | undefined {
  if (at + length > bytes.byteLength) return undefined;
  return decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset + at, length));
}

function imageIn(bytes: DataView, at: number, type: string): Blob {
  return new Blob([new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + at)], { type });
}

function readMeta(text: string): Record<string, unknown> {
  try {
    const read = JSON.parse(text) as unknown;
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function pictureOf(bytes: DataView, length: number): Frame | undefined {
  const text = textIn(bytes, 8, length);
  if (text === undefined) return undefined;
  const { node_id: node, display_node_id: display, prompt_id: job, image_type: type } = readMeta(text);
  return {
    is: 'picture',
    image: imageIn(bytes, 8 + length, type === 'image/png' ? type : 'image/jpeg'),
    ...(typeof node === 'string' ? { node } : {}),
    ...(typeof display === 'string' ? { display } : {}),
    ...(typeof job === 'string' ? { job } : {}),
  };
}

/** undefined for what is none of them. */
export function readFrame(data: ArrayBuffer): Frame | undefined {
  if (data.byteLength < 8) return undefined;
  const bytes = new DataView(data);
  const [kind, second] = [bytes.getUint32(0), bytes.getUint32(4)];
  if (kind === PICTURE) return { is: 'picture', image: imageIn(bytes, 8, second === PNG ? 'image/png' : 'image/jpeg') };
  if (kind === PICTURE_OF) return pictureOf(bytes, second);
  if (kind !== TEXT) return undefined;
  const node = textIn(bytes, 8, second);
  const text = node === undefined ? undefined : textIn(bytes, 8 + second, bytes.byteLength - 8 - second);
  return node === undefined || text === undefined ? undefined : { is: 'text', node, text };
}
