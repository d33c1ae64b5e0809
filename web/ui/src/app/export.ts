// Documents leave as files: as they are, or in API format, which the server makes.
import { parse, print } from '../doc/json.ts';
import { isObject } from '../doc/json.ts';
import { postText } from '../net/http.ts';
import { reasonOf } from '../net/userdata.ts';
import type { Opened } from './documents.ts';
import { complain } from './toasts.ts';
import { dialogWords } from '../i18n/dialogs.ts';

export function download(name: string, text: string) {
  const link = document.createElement('a');
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function exportWorkflow(at: Opened) {
  download(`${at.name}.json`, at.doc.toText());
}

/** What would run, as the server says. */
export async function exportPrompt(at: Opened) {
  try {
    const answer = parse(await postText('limn/check', at.doc.toText()));
    const prompt = isObject(answer) ? answer['prompt'] : undefined;
    if (!isObject(prompt)) throw new Error(isObject(answer) && Array.isArray(answer['sentences']) ? answer['sentences'].join(' ') : '');
    download(`${at.name}.api.json`, print(prompt, { indent: '  ', spaced: true, end: '\n' }));
  } catch (e) {
    complain((w) => dialogWords(w).exporting.failed(at.name, reasonOf(e)));
  }
}
