// A workflow that is open. The file's own JSON is the document: it is read once, changed in place, and written with
// everything in it that we know nothing of. A change is a transaction; what makes none leaves the document as it was
// saved, and its bytes too.
import { isObject, layoutOf, newObject, parse, print, type Container, type Json, type JsonObject, type Layout } from './json.ts';
import { readLink, type Id, type Link } from './links.ts';
import { graphsHolding, lookUp, nodesIn, type Lookup } from './lookup.ts';
import { apply, having, isNothing, isStructural, redo, setting, splicing, undo, weight, type Change } from './patch.ts';
import { dropLast, keepStep, lastOf, momentOf, newSteps, type Moment, type Step } from './steps.ts';

/** What a step is besides its changes. */
export interface How {
  join?: string | undefined; // a step of the same name goes on with this one
  own?: true; // the page's own doing, such as a seed that is drawn: it makes nothing unsaved
}

/** A document's text on its way to a file. */
export interface Saving {
  text: string;
  moment: Moment;
}

/** What a transaction is given: every change goes through it. */
export interface Edit {
  set(of: Container, key: string | number, value: Json): void;
  remove(of: JsonObject, key: string): void;
  splice(of: Json[], at: number, n: number, ...added: Json[]): void;
  /** Who looks at this node is told. */
  touch(node: Id): void;
}

/** Where a canvas looks at a workflow: the page's points are (position + offset) * scale. */
export interface View {
  scale: number;
  offset: readonly [number, number];
}

/** Why a text is no workflow. */
export type DocumentFault = Error & { what: 'not-an-object' | 'no-nodes' };

function fault(what: DocumentFault['what']): DocumentFault {
  return Object.assign(new Error(`not a workflow: ${what}`), { what });
}

const newUid = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('');

export class Document {
  /** Never in the file: everything that is not the file's is known by it. */
  readonly uid: string;
  readonly raw: JsonObject;
  #dirtySince: number | undefined;
  #text: string;
  #layout: Layout;
  #changes = 0;
  #structure = 0; // changes that may have added, removed or renamed a node or a graph
  #deep = 0; // transactions under way
  #together: string | undefined; // what the steps under way have as their `join`
  #known: Lookup | undefined;
  #knownAt = 0;
  #steps = newSteps();
  #textAt = this.now; // when it was as the text has it
  #saved = new Set([this.now]); // when there was nothing that the file lacks
  #listeners = new Map<string, Set<() => void>>();
  #versions = new Map<string, number>();

  /** Throws a JsonFault or a DocumentFault. `uid`: of a document that was open before the page was loaded again. */
  constructor(text: string, uid = newUid()) {
    const raw = parse(text);
    if (!isObject(raw)) throw fault('not-an-object');
    if (!Array.isArray(raw['nodes'])) throw fault('no-nodes');
    this.uid = uid;
    this.raw = raw;
    this.#text = text;
    this.#layout = layoutOf(text);
  }

  // ---------------------------------------------------------------- what is in it

  /** Rises with every single change, within a transaction, too: what was worked out at another count is old. */
  get changes(): number {
    return this.#changes;
  }

  /** Within a transaction versions are not raised yet. */
  get isChanging(): boolean {
    return this.#deep > 0;
  }

  #look(): Lookup {
    if (this.#known && this.#knownAt === this.#structure) return this.#known;
    this.#knownAt = this.#structure;
    return (this.#known = lookUp(this.raw));
  }

  /** The workflow's own graph, then the definitions of its subgraphs. */
  graphs(): readonly JsonObject[] {
    return this.#look().graphs;
  }

  /** The graph that a node's type stands for. */
  definition(type: Json | undefined): JsonObject | undefined {
    return typeof type === 'string' ? this.#look().definitions.get(type) : undefined;
  }

  nodes(graph: JsonObject = this.raw): readonly JsonObject[] {
    return nodesIn(this.#look(), graph).all;
  }

  /** The first of that id. */
  node(id: Id, graph: JsonObject = this.raw): JsonObject | undefined {
    return nodesIn(this.#look(), graph).byId.get(String(id));
  }

  links(graph: JsonObject = this.raw): Link[] {
    const list = graph['links'];
    return Array.isArray(list) ? list.map(readLink).filter((l) => l !== undefined) : [];
  }

  // ---------------------------------------------------------------- changing it

  /** One intention, one step. Nothing changed, no step; an exception takes all of it back. */
  transact(label: string, edit: (e: Edit) => void, how: string | How = {}) {
    const { join, own } = typeof how === 'string' ? { join: how } : how;
    const patch: Change[] = [];
    const touched = new Set<string>();
    const make = (change: Change) => {
      if (isNothing(change)) return;
      apply(change);
      this.#changes++;
      if (isStructural(change)) this.#structure++;
      patch.push(change);
    };
    this.#deep++;
    try {
      edit({
        set: (of, key, value) => make(setting(of, key, value)),
        remove: (of, key) => make(setting(of, key, undefined)),
        splice: (of, at, n, ...added) => make(splicing(of, at, n, added)),
        touch: (node) => touched.add(String(node)),
      });
    } catch (e) {
      undo(patch);
      this.#changes++;
      this.#structure++;
      throw e;
    } finally {
      this.#deep--;
    }
    if (patch.length) this.#keep({ label, join: this.#together ?? join, patch, touched, bytes: weight(patch) }, own);
  }

  /** All transactions within are one step: a node that is added and linked at once. */
  together<T>(act: () => T): T {
    const before = this.#together;
    this.#together ??= `together ${this.#changes}`;
    try {
      return act();
    } finally {
      this.#together = before;
    }
  }

  #keep(step: Step, own?: boolean) {
    const clean = own === true && this.#saved.has(this.now);
    keepStep(this.#steps, step);
    if (clean) this.#saved.add(this.now);
    this.#tell(step);
  }

  /** The same moment, the same document. */
  get now(): Moment {
    return momentOf(this.#steps);
  }

  /** Since when it has what its file has not; undefined: nothing of that kind. */
  get dirtySince(): number | undefined {
    return this.#dirtySince;
  }

  get canUndo(): string | undefined {
    return lastOf(this.#steps)?.label;
  }

  get canRedo(): string | undefined {
    return this.#next?.label;
  }

  get #next(): Step | undefined {
    return this.#steps.all[this.#steps.done];
  }

  /** The graphs that the next step back, or forth, changes. */
  graphsOf(way: 'undo' | 'redo'): readonly JsonObject[] {
    const step = way === 'undo' ? lastOf(this.#steps) : this.#next;
    return step ? graphsHolding(this.graphs(), new Set(step.patch.map((c) => c.of))) : [];
  }

  #turn(step: Step | undefined, by: (patch: readonly Change[]) => void, steps: () => void): boolean {
    if (!step) return false;
    by(step.patch);
    this.#changes++;
    this.#structure++;
    steps();
    this.#tell(step);
    return true;
  }

  undo(): boolean {
    return this.#turn(lastOf(this.#steps), undo, () => this.#steps.done--);
  }

  redo(): boolean {
    return this.#turn(this.#next, redo, () => this.#steps.done++);
  }

  /** As if the last step had never been made: for what a hand did and Escape cancelled. What could be redone before, can be again. */
  takeBack(): boolean {
    return this.#turn(lastOf(this.#steps), undo, () => dropLast(this.#steps));
  }

  // ---------------------------------------------------------------- writing it

  /** As it was read or saved, byte for byte, while it is as it was then; else laid out as the file was, with where one looks at it
   * when that is given: looking is no change, and alone it is not written. */
  toText(view?: View): string {
    if (this.now === this.#textAt) return this.#text;
    const extra = isObject(this.raw['extra']) ? this.raw['extra'] : newObject();
    return print(view ? having(this.raw, 'extra', having(extra, 'ds', newObject({ scale: view.scale, offset: [...view.offset] }))) : this.raw, this.#layout);
  }

  /** For a file; `saved` is told of it when it is there. What is typed from now on is a step of its own. */
  toSave(view?: View): Saving {
    const last = lastOf(this.#steps);
    if (last) last.closed = true;
    return { text: this.toText(view), moment: this.now };
  }

  /** The file has it now, whatever was changed meanwhile. */
  saved({ text, moment }: Saving) {
    this.#text = text;
    this.#textAt = moment;
    this.#saved = new Set([moment]);
    this.#mark();
  }

  /** No file has what is here. */
  unsaved(since = Date.now()) {
    this.#saved.clear();
    this.#dirtySince = since;
  }

  #mark() {
    this.#dirtySince = this.#saved.has(this.now) ? undefined : (this.#dirtySince ?? Date.now());
  }

  // ---------------------------------------------------------------- telling

  /** Calls `heard` after each change of a node, or of anything ("*"); returns what ends that. */
  subscribe(what: Id, heard: () => void): () => void {
    const key = String(what);
    const all = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, all.add(heard));
    return () => {
      all.delete(heard);
      if (!all.size) this.#listeners.delete(key);
    };
  }

  /** Rises with each change of a node, or of anything ("*"). */
  version(what: Id): number {
    return this.#versions.get(String(what)) ?? 0;
  }

  #tell(step: Step) {
    this.#mark();
    const keys = [...step.touched, '*'];
    for (const key of keys) this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1);
    for (const key of keys) for (const heard of [...(this.#listeners.get(key) ?? [])]) heard();
  }
}
