// The file that a field names, and how one gets to the server. Source: ComfyUI's values: "folder/a.png [output]".
import { at, isRefusal, member, sentenceIn } from '../net/http.ts';
import type { OutputFile } from '../net/files.ts';
import { print, type Json } from '../doc/json.ts';

/** Undefined: no file is named. */
export function fileOf(value: Json | undefined, folder: string | undefined): OutputFile | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const [, bare = value, told] = /^(.*?) \[(input|output|temp)\]$/.exec(value) ?? [];
  const type = told ?? folder;
  const cut = Math.max(bare.lastIndexOf('/'), bare.lastIndexOf('\\'));
  return {
    filename: bare.slice(cut + 1),
    subfolder: cut < 0 ? '' : bare.slice(0, cut).replaceAll('\\', '/'),
    type: type === 'output' || type === 'temp' ? type : 'input',
  };
}

/** How a field names a file of the input folder. */
export function valueOfFile(name: string, subfolder: string): string {
  return subfolder ? `${subfolder}/${name}` : name;
}

/** The value under which the server has it now. Throws: what the server said, or that it did not answer. */
export async function sendFile(file: File): Promise<string> {
  const form = new FormData();
  form.set('image', file, file.name || 'pasted.png');
  form.set('type', 'input');
  const answer = await fetch(at('upload/image'), { method: 'POST', body: form });
  const text = await answer.text();
  if (!answer.ok) throw Object.assign(new Error(`upload/image: ${answer.status}`), { status: answer.status, said: text });
  const name = member(JSON.parse(text), 'name');
  const subfolder = member(JSON.parse(text), 'subfolder');
  if (typeof name !== 'string' || !name) throw new Error(`upload/image: ${print(text)}`);
  return valueOfFile(name, typeof subfolder === 'string' ? subfolder : '');
}

export function whyOf(e: unknown): string {
  return (isRefusal(e) && sentenceIn(e.said)) || (e instanceof Error ? e.message : String(e));
}
