// Files of the server's folders: how they are named, and the addresses at which they are seen.
import { at, member } from './http.ts';

export interface OutputFile {
  filename: string;
  subfolder: string;
  type: 'output' | 'temp' | 'input';
  version?: string; // what tells it from an older file of that name
}

export type Media = 'image' | 'video' | 'audio' | 'other';

const ENDINGS: Record<Exclude<Media, 'other'>, RegExp> = {
  image: /\.(png|jpe?g|webp|gif|bmp|avif|svg)$/i,
  video: /\.(mp4|webm|mov|mkv|m4v)$/i,
  audio: /\.(mp3|wav|flac|ogg|opus|m4a)$/i,
};

export function mediaOf(file: OutputFile): Media {
  for (const media of ['image', 'video', 'audio'] as const) if (ENDINGS[media].test(file.filename)) return media;
  return 'other';
}

/** "portraits/a_00001_.png" */
export function nameOf({ filename, subfolder }: OutputFile): string {
  return subfolder ? `${subfolder}/${filename}` : filename;
}

/** One file is one key, whichever listing it came from. */
export function keyOf(file: OutputFile): string {
  return `${file.type}/${nameOf(file)}`;
}

/** A file somebody tells of; undefined for what names none. */
export function readFile(of: unknown, version?: string): OutputFile | undefined {
  const filename = member(of, 'filename');
  const subfolder = member(of, 'subfolder');
  const type = member(of, 'type');
  if (typeof filename !== 'string' || !filename) return undefined;
  return {
    filename,
    subfolder: typeof subfolder === 'string' ? subfolder : '',
    type: type === 'temp' || type === 'input' ? type : 'output',
    ...(version === undefined ? {} : { version }),
  };
}

/** Where a file is seen: whole, or as a picture of at most so many pixels' width. */
export function viewOf(file: OutputFile, width?: number): string {
  const url = at('view');
  url.searchParams.set('filename', file.filename);
  url.searchParams.set('subfolder', file.subfolder);
  url.searchParams.set('type', file.type);
  if (width !== undefined && mediaOf(file) === 'image') {
    url.searchParams.set('preview', 'webp;80');
    url.searchParams.set('limn_w', String(width));
  }
  if (file.version !== undefined) url.searchParams.set('t', file.version);
  return url.href;
}

/** The file that is seen at an address, whole or small. */
export function fileAt(address: string): OutputFile | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const there = at('view');
  if (url.origin !== there.origin || url.pathname !== there.pathname) return undefined;
  return readFile(Object.fromEntries(url.searchParams), url.searchParams.get('t') ?? undefined);
}
