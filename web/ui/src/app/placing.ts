// Pictures, sounds and films that are let go of on the graph, or pasted: into the node under them, or the chosen one, that has a field
// for such a file, else as nodes that load them, where they were let go of. One step each; the files are with the server then.
import { addHere, inSight } from '../canvas/adding.ts';
import { pointerAt } from '../canvas/clipboard.ts';
import type { Point } from '../canvas/curve.ts';
import { atNow } from '../canvas/edit.ts';
import { hitAt } from '../canvas/hit.ts';
import type { NodeView } from '../canvas/scene.ts';
import { choose, chosen } from '../canvas/select.ts';
import { toCanvas, view } from '../canvas/view.ts';
import type { InputDef, NodeDef } from '../defs/def.ts';
import { reloadDef, useDefs } from '../defs/defs.ts';
import { nodeTitle } from '../defs/labels.ts';
import { setWidgetValue } from '../doc/ops.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { roomWords } from '../i18n/room.ts';
import { placing as words } from '../i18n/words/placing.ts';
import { mediaOf, type Media } from '../net/files.ts';
import { at as address, whyOf } from '../net/http.ts';
import { sendFile, valueOfFile } from '../widgets/files.ts';
import { useSettings } from './settings.ts';
import { complain, say } from './toasts.ts';
import { undoing } from './undoing.ts';
import { opening } from '../i18n/words/opening.ts';

type Kind = Exclude<Media, 'other'>;
const KINDS = ['image', 'audio', 'video'] as const;
const USUAL: Record<Kind, string> = { image: 'LoadImage', audio: 'LoadAudio', video: 'LoadVideo' };
const APART = 40; // between nodes that are added together, in the file's units
const WIDE = 300;
const TEXT = 'PrimitiveStringMultiline'; // the class that holds a text of several lines
const SHORT = 40; // letters of a text that are said

/** Undefined: it is none that a node loads. */
export function kindOf(file: { name: string; type: string }): Kind | undefined {
  const told = KINDS.find((k) => file.type.startsWith(`${k}/`));
  const media = mediaOf({ filename: file.name, subfolder: '', type: 'input' });
  return told ?? (media === 'other' ? undefined : media);
}

const graph = () => document.querySelector<HTMLElement>('.graph');

/** A point of the page as one of the canvas element; undefined where that is not on the screen there. */
function onGraph(at: Point): Point | undefined {
  const element = graph();
  const under = document.elementsFromPoint(at.x, at.y);
  if (!element || element.closest('[inert]') || !under.some((e) => e === element)) return undefined;
  const box = element.getBoundingClientRect();
  return { x: at.x - box.x, y: at.y - box.y };
}

const fieldsOf = (node: NodeView | undefined, kind: Kind | undefined): WidgetShape[] =>
  node?.shape.widgets.filter((w) => w.def?.widget === 'upload' && !w.linked && (kind === undefined || (w.def.upload ?? 'image') === kind)) ?? [];

/** The node under a point of the page. */
function nodeAt(at: Point): NodeView | undefined {
  const p = onGraph(at);
  const hit = p && hitAt(view.scene, toCanvas(p), view.camera.zoom, { links: false, above: chosen() });
  if (hit?.kind === 'node') return hit.node;
  return hit?.kind === 'socket' ? view.scene.byKey.get(`node:${hit.end.node}`) : undefined;
}

// ------------------------------------------------------------------ while they are held

let marked: Element | undefined;

function mark(element: Element | undefined) {
  if (element === marked) return;
  marked?.removeAttribute('data-drop');
  element?.setAttribute('data-drop', 'true');
  marked = element;
}

/** The node that would take what is held shows it; without an event none does. */
export function hover(e?: DragEvent) {
  const node = e && nodeAt({ x: e.clientX, y: e.clientY });
  const kinds = [...(e?.dataTransfer?.items ?? [])].filter((i) => i.kind === 'file').map((i) => KINDS.find((k) => i.type.startsWith(`${k}/`)));
  const takes = node && (kinds.length ? kinds.some((k) => k && fieldsOf(node, k).length) : fieldsOf(node, 'image').length > 0);
  mark(takes ? (document.querySelector(`.react-flow__node[data-id="${CSS.escape(node.key)}"] .body`) ?? undefined) : undefined);
}

// ------------------------------------------------------------------ into a node

function titleOf(node: NodeView): string {
  const type = String(node.node['type'] ?? '');
  return nodeTitle(type, node.shape.title, useDefs.getState().defs.get(type)?.title, useSettings.getState().language);
}

async function put(node: NodeView, widget: WidgetShape, value: string, name: string) {
  const doc = view.scene.doc;
  const title = titleOf(node);
  await reloadDef(String(node.node['type'])).catch(() => undefined); // its list has the new file; else it is only shown as one that is not in it
  if (!doc) return;
  setWidgetValue(doc, node.node, widget, value, performance.now());
  say((w) => roomWords(words, w).into(name, title), undoing(doc));
}

/** Undefined when it was refused, or lost on the way: it is said, and can be tried again. */
async function send(file: File, again: () => unknown): Promise<string | undefined> {
  try {
    return await sendFile(file);
  } catch (e) {
    complain((w) => roomWords(opening, w).notPlaced(file.name, whyOf(e)), { label: (w) => roomWords(words, w).again, run: () => void again() });
    return undefined;
  }
}

/** Those of them that no field of the node is for. Fields are filled in their order, each once. */
async function filesInto(node: NodeView | undefined, files: readonly File[]): Promise<readonly File[]> {
  const left: File[] = [];
  const free = [...fieldsOf(node, undefined)];
  const deals = files.flatMap((file) => {
    const kind = kindOf(file);
    const n = free.findIndex((w) => (w.def?.upload ?? 'image') === kind);
    const [widget] = n < 0 ? [] : free.splice(n, 1);
    if (!widget) left.push(file);
    return widget ? [{ file, widget }] : [];
  });
  if (!node) return files;
  for (const { file, widget } of deals) {
    const value = await send(file, () => filesInto(node, [file]));
    if (value !== undefined) await put(node, widget, value, file.name);
  }
  return left;
}

/** Those of them that no field under the point is for. */
export const filesIntoNode = (files: readonly File[], at: Point) => filesInto(nodeAt(at), files);

/** Those of them that no field of the chosen node is for; of several the first that has any. */
export function filesIntoChosen(files: readonly File[]): Promise<readonly File[]> {
  const kinds = files.map(kindOf);
  const keys = graph()?.closest('[inert]') ? [] : [...chosen()];
  return filesInto(keys.map((key) => view.scene.byKey.get(key)).find((node) => kinds.some((k) => k && fieldsOf(node, k).length)), files);
}

/** A picture of the server's own, dragged out of the gallery: nothing is sent. False: no field under the point is for it. */
export async function addressIntoNode(text: string, at: Point): Promise<boolean> {
  const url = new URL(text.split(/\r?\n/).find((l) => l && !l.startsWith('#')) ?? '', document.baseURI);
  const name = url.searchParams.get('filename');
  const type = url.searchParams.get('type') ?? 'output';
  const node = nodeAt(at);
  const kind = name === null ? undefined : kindOf({ name, type: '' });
  const widget = kind && fieldsOf(node, kind)[0];
  if (!node || !widget || name === null || url.origin !== address('').origin || !url.pathname.endsWith('/view')) return false;
  const value = valueOfFile(name, url.searchParams.get('subfolder') ?? '');
  await put(node, widget, type === 'input' ? value : `${value} [${type}]`, name);
  return true;
}

// ------------------------------------------------------------------ as nodes of their own

/** The class that loads such files, and its field. */
function loaderOf(kind: Kind): { def: NodeDef; input: InputDef } | undefined {
  const { defs } = useDefs.getState();
  const usual = defs.get(USUAL[kind]);
  for (const def of usual ? [usual, ...defs.values()] : defs.values()) {
    const input = def.quiet ? undefined : def.inputs.find((i) => i.widget === 'upload' && (i.upload ?? 'image') === kind);
    if (input) return { def, input };
  }
  return undefined;
}

/** Where the pointer is over the graph, as a point of the page. */
export function pastePlace(): Point | undefined {
  const box = graph()?.getBoundingClientRect();
  const at = pointerAt();
  return box && at && { x: box.x + at.x, y: box.y + at.y };
}

/** A text that was pasted beside all fields: somebody may want it in a node. */
export function offerText(text: string) {
  const at = pointerAt();
  const place = at ? { place: toCanvas(at) } : inSight();
  const uid = view.uid;
  const add = () => {
    if (view.uid !== uid) return;
    if (useDefs.getState().defs.has(TEXT)) addHere(TEXT, { value: text }, place);
    else addHere('Note', { text }, place);
  };
  say((w) => roomWords(words, w).text(text.length > SHORT ? `${text.slice(0, SHORT)}…` : text), { label: (w) => roomWords(words, w).asNode, run: add });
}

/** Where they were let go of, or in the middle of what is seen; side by side. */
export async function placeMedia(files: readonly File[], at?: Point) {
  const first = at && onGraph(at);
  const { place, anywhere = false } = first ? { place: toCanvas(first) } : inSight();
  const made: { def: NodeDef; input: InputDef; value: string; name: string }[] = [];
  for (const file of files) {
    const kind = kindOf(file);
    const loader = kind && loaderOf(kind);
    if (!kind || !loader) {
      complain((w) => (kind ? roomWords(words, w).noLoader[kind](file.name) : roomWords(opening, w).faults.nothing(file.name, '')));
      continue;
    }
    const value = await send(file, () => placeMedia([file], at));
    if (value !== undefined) made.push({ ...loader, value, name: file.name });
  }
  const doc = atNow()?.doc;
  if (!doc || !made.length) return;
  for (const name of new Set(made.map((m) => m.def.name))) await reloadDef(name).catch(() => undefined);
  const ids = doc.together(() => made.map(({ def, input, value }, i) =>
    addHere(def.name, { [input.name]: value }, { place: { x: place.x + i * (WIDE + APART), y: place.y }, anywhere: anywhere && made.length === 1 })));
  choose(ids.map((id) => `node:${id}`));
  const [one] = made;
  say((w) => (one && made.length === 1 ? roomWords(opening, w).placed(one.name) : roomWords(words, w).many(made.length)), undoing(doc));
}
