// Files that the page cannot read itself, bundles and A1111's words: a worker of the server makes a workflow of them.
import { reloadDefs } from '../defs/defs.ts';
import { isObject, parse, print, type Json, type JsonObject } from '../doc/json.ts';
import type { Carried } from '../net/carried.ts';
import { isRefusal, request, sentenceIn } from '../net/http.ts';
import { complain, say } from './toasts.ts';
import { roomWords } from '../i18n/room.ts';
import { opening } from '../i18n/words/opening.ts';

const MOST_SAID = 4;

async function ask(body: Blob | string): Promise<JsonObject> {
  try {
    const { text } = await request('limn/open', { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body });
    const answer = parse(text);
    return isObject(answer) ? answer : {};
  } catch (e) {
    throw isRefusal(e) ? new Error(sentenceIn(e.said) || e.message) : e;
  }
}

const listed = (of: Json | undefined): readonly Json[] => (Array.isArray(of) ? of : []);
const texts = (of: Json | undefined): string[] => listed(of).filter((t) => typeof t === 'string');

/** Plugins that it needs; models and classes are told by the check that every opened workflow gets. */
function pluginsOf(answer: JsonObject): string[] {
  return listed(answer['missing']).flatMap((m) =>
    isObject(m) && m['kind'] === 'plugin' ? [[m['name'], m['version']].filter((t) => typeof t === 'string').join(' ')] : []);
}

function tell(answer: JsonObject, name: string) {
  const warnings = texts(answer['warnings']), plugins = pluginsOf(answer), placed = listed(answer['placed']).length;
  const more = warnings.length > MOST_SAID ? ' …' : '';
  if (placed) say((w) => roomWords(opening, w).brought(name, placed));
  if (warnings.length) say((w) => roomWords(opening, w).warned(name, warnings.slice(0, MOST_SAID).join('; ') + more));
  if (plugins.length) complain((w) => roomWords(opening, w).plugins(name, plugins.join(', ')));
}

/** The workflow of a file, or undefined and a sentence. */
export async function carriedThere(body: Blob | string, name: string): Promise<Carried | undefined> {
  try {
    const answer = await ask(body);
    const workflow = answer['workflow'];
    if (!isObject(workflow)) throw new Error('?');
    if (listed(answer['placed']).length) await reloadDefs(); // lists of pictures have new ones
    tell(answer, name);
    return { is: Array.isArray(workflow['nodes']) ? 'workflow' : 'prompt', text: print(workflow) };
  } catch (e) {
    complain((w) => roomWords(opening, w).refused(name, e instanceof Error ? e.message : String(e)));
    return undefined;
  }
}
