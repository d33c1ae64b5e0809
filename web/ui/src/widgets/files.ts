// The file that a field names, and how one gets to the server. Source: ComfyUI's values: "folder/a.png [output]".
import type { OutputFile } from '../net/files.ts';
import { upload, type OnTheWay } from '../net/upload.ts';
import type { Json } from '../doc/json.ts';

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
export async function sendFile(file: File, way: OnTheWay = {}): Promise<string> {
  const form = new FormData();
  form.set('image', file, file.name || 'pasted.png');
  form.set('type', 'input');
  const { name, subfolder } = await upload('upload/image', form, way);
  return valueOfFile(name, subfolder);
}
