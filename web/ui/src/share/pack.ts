// What of a workflow travels, as the server says, and the file that it makes.
import type { Opened } from '../app/documents.ts';
import { at as address, listAt, member, numberAt, postText, sentenceIn, textAt, textsAt } from '../net/http.ts';
import type { OutputFile } from '../net/files.ts';

export const KINDS = ['bundle', 'png', 'webp', 'json'] as const;
export type Kind = (typeof KINDS)[number];

const ENDINGS: Record<Kind, string> = { bundle: '.limn', png: '.png', webp: '.webp', json: '.json' };

export interface Needed {
  name: string;
  bytes: number;
  here: boolean;
}

export interface Inside {
  pictures: readonly Needed[];
  models: readonly (Needed & { folder: string; family?: string })[];
  plugins: readonly string[];
  notes: readonly string[]; // what is not taken along
  removed: readonly string[]; // what is taken out of the workflow
}

function readNeeded(of: unknown): Needed | undefined {
  const name = textAt(of, 'name');
  return name === undefined ? undefined : { name, bytes: numberAt(of, 'bytes') ?? 0, here: member(of, 'here') === true };
}

/** An answer of /limn/pack?as=list. */
export function readInside(answer: unknown): Inside {
  return {
    pictures: listAt(answer, 'pictures').map(readNeeded).filter((n) => n !== undefined),
    models: listAt(answer, 'models').flatMap((m) => {
      const needed = readNeeded(m);
      const family = textAt(m, 'family');
      return needed ? [{ ...needed, folder: textAt(m, 'folder') ?? '', ...(family ? { family } : {}) }] : [];
    }),
    plugins: listAt(answer, 'plugins').map((p) => [textAt(p, 'id'), textAt(p, 'version')].filter(Boolean).join(' ')).filter(Boolean),
    notes: textsAt(answer, 'notes'),
    removed: textsAt(answer, 'removed'),
  };
}

export interface About {
  title: string;
  author: string;
  licence: string;
}

/** The body of POST /limn/pack: the workflow goes in as its text, so that its numbers keep their digits. */
export function bodyOf(workflow: string, about?: About, picture?: OutputFile, digests = true): string {
  const { filename, subfolder, type } = picture ?? {};
  const rest = { ...about, digests, ...(picture ? { picture: { filename, subfolder, type } } : {}) };
  return `{"workflow":${workflow},${JSON.stringify(rest).slice(1)}`;
}

export async function askInside(at: Opened): Promise<Inside> {
  return readInside(JSON.parse(await postText('limn/pack?as=list', bodyOf(at.doc.toText()))) as unknown);
}

/** "portraits: one" as a file's name. */
export function fileNameOf(name: string, kind: Kind): string {
  const plain = name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '-').replace(/^[\s.]+|[\s.]+$/g, '');
  return `${plain || 'workflow'}${ENDINGS[kind]}`;
}

function save(name: string, file: Blob) {
  const link = document.createElement('a');
  const url = URL.createObjectURL(file);
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Made by the server and given to the browser to be saved; its name. Throws what the server says. */
export async function makeFile(at: Opened, kind: Kind, about: About, picture: OutputFile | undefined, digests: boolean): Promise<string> {
  const answer = await fetch(address(`limn/pack?as=${kind}`), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: bodyOf(at.doc.toText(), about, picture, digests),
  });
  if (!answer.ok) {
    const said = await answer.text();
    throw new Error(sentenceIn(said) || `${answer.status} ${answer.statusText}`);
  }
  const name = fileNameOf(about.title || at.name, kind);
  save(name, await answer.blob());
  return name;
}

// ------------------------------------------------------------------ what was written last, kept in this browser

const KEPT = 'limn.share';

export interface Kept {
  kind: Kind;
  author: string;
  licence: string;
}

export function readKept(): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as unknown;
    const kind = KINDS.find((k) => k === textAt(kept, 'kind')) ?? 'bundle';
    return { kind, author: textAt(kept, 'author') ?? '', licence: textAt(kept, 'licence') ?? '' };
  } catch {
    return { kind: 'bundle', author: '', licence: '' };
  }
}

export function keep(kept: Kept) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing.
  }
}
