// From a document to a job: seeds, check, the prompt as texts so that every number keeps its digits, the queue.
import { useDocuments, type Opened } from '../app/documents.ts';
import { complain, dismiss } from '../app/toasts.ts';
import { goTo } from '../canvas/camera.ts';
import { useDefs } from '../defs/defs.ts';
import { isObject, newObject, parse, print, type JsonObject } from '../doc/json.ts';
import { isRefusal, postText, sentenceIn } from '../net/http.ts';
import { clientId } from '../net/server.ts';
import { bodyOf, newId } from './body.ts';
import { askCheck, hasChoices, showCheck } from './check.ts';
import { sends, sent, unsent } from './hear.ts';
import { useUnsent } from './actions.ts';
import { announce } from './live.ts';
import { seedIn } from './mine.ts';
import { usePreferences } from './preferences.ts';
import { readCheck, type Check } from './read-check.ts';
import type { Problem } from './run.ts';
import { changeSeeds, changeSeedsBefore, hasRun } from './seeds.ts';
import { targetsFor } from './targets.ts';
import { neededFor } from './track.ts';

export interface How {
  first?: boolean; // before all that waits
  partly?: boolean; // what can run, although something cannot
  nodes?: readonly string[]; // only as far as these: "7", "12:3"
}

// ------------------------------------------------------------------ what stands in the way

let refusal = 0; // what was said last of a run that could not be: nothing any more as soon as one is tried anew

function refuse(at: Opened, problems: readonly Problem[]) {
  const first = problems.find((p) => p.node !== undefined)?.node;
  if (first !== undefined) goTo(at.doc.uid, first);
  refusal = complain((w) => w.run.said.problems(problems.length));
}

/** Of the nodes that are to run. */
function inTheWay(check: Check, prompt: JsonObject, targets: readonly string[] | undefined): readonly Problem[] {
  const errors = check.problems.filter((p) => p.severity === 'error' || p.type === 'prompt_no_outputs');
  if (!targets) return errors;
  const needed = neededFor(prompt, targets, []);
  return errors.filter((p) => p.node !== undefined && needed.has(p.node));
}

/** Refused although the check had nothing against it: the server says what it has. */
function refused(at: Opened, e: unknown) {
  if (!isRefusal(e)) return complain((w) => w.run.said.unreachable);
  const why = sentenceIn(e.said) || e.message;
  try {
    const { problems } = readCheck(e.said);
    if (e.status === 400 && problems.some((p) => p.node !== undefined)) return refuse(at, problems);
  } catch {
    // Not from this server's queue: what stands between says it in its own way.
  }
  complain((w) => w.run.said.refused(why));
}

// ------------------------------------------------------------------ one run

function before({ doc }: Opened) {
  if (usePreferences.getState().seeds === 'before') changeSeedsBefore(doc, useDefs.getState().defs);
  else hasRun(doc);
}

function after({ doc }: Opened, prompt: JsonObject) {
  if (usePreferences.getState().seeds === 'after') changeSeeds(doc, useDefs.getState().defs, prompt);
}

async function post(at: Opened, check: Check, prompt: JsonObject, text: string, targets: readonly string[] | undefined, first: boolean) {
  const { uid } = at.doc;
  const id = newId();
  const outputs = targets ?? check.checked.outputs;
  const workflow = check.workflow ? print(check.workflow) : text;
  sends(id, uid, at.name, prompt, outputs);
  try {
    await postText('prompt', bodyOf({
      id, prompt: print(prompt), workflow, client: clientId(), uid, name: at.name, file: at.file?.path, seed: seedIn(prompt), outputs, first, ...(targets ? { targets } : {}),
    }));
    sent(id);
  } catch (e) {
    unsent(id, uid);
    throw e;
  }
}

/** True: it is in the queue. */
async function runOnce(at: Opened, how: How): Promise<boolean> {
  dismiss(refusal);
  before(at);
  const text = at.doc.toText();
  try {
    const check = await askCheck(text, hasChoices(text));
    showCheck(at.doc, check);
    const wanted = check.prompt && how.nodes ? targetsFor(check.prompt, how.nodes, useDefs.getState().defs) : undefined;
    const prompt = wanted?.prompt ?? check.prompt ?? newObject();
    const problems = inTheWay(check, prompt, wanted?.targets);
    if (problems.length && !(how.partly && check.checked.outputs.length)) {
      refuse(at, problems);
      return false;
    }
    await post(at, check, prompt, text, wanted?.targets, how.first ?? false);
    after(at, prompt);
    return true;
  } catch (e) {
    refused(at, e);
    return false;
  }
}

let last: Promise<unknown> = Promise.resolve();
let ended = 0; // how often somebody has ended what is still to be sent

/** What was to be sent more often is not. */
export function endSeries() {
  ended++;
  useUnsent.setState({ rest: 0 });
}

const isOpen = ({ doc }: Opened) => useDocuments.getState().opened.some((o) => o.doc === doc);

/** So many times, each as the controls of its seeds say; one after the other, whoever asks. */
export function run(at: Opened, how: How = {}, times = 1): Promise<number> {
  const asked = ended;
  let rest = 0;
  /** So many of these are not begun now; those of a series that was ended are counted no more. */
  const leave = (now: number) => {
    if (asked === ended) useUnsent.setState((s) => ({ rest: s.rest - rest + now }));
    rest = now;
  };
  const all = async () => {
    let n = 0;
    useUnsent.setState({ sending: true });
    try {
      while (n < times && asked === ended && isOpen(at) && (leave(times - n - 1), await runOnce(at, how))) n++;
    } finally {
      leave(0);
      useUnsent.setState({ sending: false });
    }
    if (n) announce((w) => (n > 1 ? w.run.said.queuedMany(n, at.name) : w.run.said.queued(at.name)));
    return n;
  };
  leave(times);
  const turn = last.then(all, all);
  last = turn;
  return turn;
}

/** A job of the history or of another page once more, as it was. */
export async function runAgain(job: unknown, name: string, uid: string | undefined) {
  const found = isObject(job) ? job : undefined;
  const workflow = found?.['workflow'];
  const extra = isObject(workflow) ? workflow['extra_data'] : undefined;
  const prompt = isObject(workflow) ? workflow['prompt'] : undefined;
  const info = isObject(extra) ? extra['extra_pnginfo'] : undefined;
  if (!isObject(prompt)) return;
  const id = newId();
  const limn = isObject(extra) && isObject(extra['limn']) ? extra['limn'] : undefined;
  const outputs = Array.isArray(limn?.['outputs']) ? limn['outputs'].filter((o) => typeof o === 'string') : [];
  const body = [
    `"prompt":${print(prompt)}`,
    `"prompt_id":"${id}"`,
    `"client_id":${JSON.stringify(clientId())}`,
    `"extra_data":{${isObject(info) ? `"extra_pnginfo":${print(info)},` : ''}"limn":${JSON.stringify({ uid: uid ?? '', name, outputs, ...(typeof limn?.['file'] === 'string' ? { file: limn['file'] } : {}) })}}`,
    ...(outputs.length ? [`"partial_execution_targets":${JSON.stringify(outputs)}`] : []),
  ];
  if (uid !== undefined) sends(id, uid, name, prompt, outputs);
  try {
    await postText('prompt', `{${body.join(',')}}`);
    sent(id);
  } catch (e) {
    if (uid !== undefined) unsent(id, uid);
    throw e;
  }
}

/** A job with all its texts, its numbers with all their digits. */
export function readWhole(text: string): JsonObject {
  const job = parse(text);
  return isObject(job) ? job : newObject();
}
