// One job as it runs: what the socket's messages make of it. Plain data and functions: who wants to know it asks hear.ts.
import { readFile, type OutputFile } from '../net/files.ts';
import { listAt, member, numberAt, textAt, textsAt } from '../net/http.ts';
import { instancesOf, type NodeRun, type NodeState, type Problem } from './run.ts';
import { stepsOf } from './times.ts';

export type Nodes = Readonly<Record<string, NodeRun>>;

/** A prompt: links are [node, slot]. */
export type Prompt = Readonly<Record<string, unknown>>;

export interface Track {
  id: string;
  prompt?: Prompt; // what it runs, once known
  outputs?: readonly string[]; // what of it was asked for
  nodes: Nodes;
  cached: readonly string[];
  current?: string;
  over?: 'success' | 'error' | 'interrupted';
  problems: readonly Problem[];
  ticks: Readonly<Record<string, Tick>>;
  seconds: Readonly<Record<string, number>>; // how long nodes took
}

/** When a node's progress was heard last, and since when. */
interface Tick {
  since: number; // milliseconds
  at: number;
  value: number;
  step: number; // seconds a step, over the last few
}

export const NODE: NodeRun = { state: 'idle', value: 0, max: 0, files: [] };

export function newTrack(id: string): Track {
  return { id, nodes: {}, cached: [], problems: [], ticks: {}, seconds: {} };
}

// ------------------------------------------------------------------ which nodes have a part in it

function sourcesOf(node: unknown): string[] {
  const inputs = member(node, 'inputs');
  if (typeof inputs !== 'object' || inputs === null) return [];
  return Object.values(inputs).flatMap((v) => (Array.isArray(v) && v.length === 2 && typeof v[0] === 'string' ? [v[0]] : []));
}

/** What nobody links to. */
function endsOf(prompt: Prompt): string[] {
  const linked = new Set(Object.values(prompt).flatMap(sourcesOf));
  return Object.keys(prompt).filter((id) => !linked.has(id));
}

/** The nodes that must run for these outputs, those that are cached among them, and nothing behind those. */
export function neededFor(prompt: Prompt, outputs: readonly string[] | undefined, cached: readonly string[]): Set<string> {
  const kept = new Set(cached);
  const found = new Set<string>();
  const open = [...(outputs ?? endsOf(prompt))];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id) || !(id in prompt)) continue;
    found.add(id);
    if (!kept.has(id)) open.push(...sourcesOf(prompt[id]));
  }
  return found;
}

// ------------------------------------------------------------------ one node, and the subgraphs it stands in

const innerOf = (nodes: Nodes, instance: string) => Object.keys(nodes).filter((id) => id.startsWith(`${instance}:`));

/** What an instance shows: the inner node that was heard of, and how far all of them are. */
function stateOf(states: readonly NodeState[]): NodeState {
  for (const s of ['error', 'interrupted', 'running'] as const) if (states.includes(s)) return s;
  const took = states.filter((s) => s !== 'idle');
  if (!took.length || took.every((s) => s === took[0])) return took[0] ?? 'idle';
  return took.includes('waiting') ? 'running' : 'done';
}

export function withNode(nodes: Nodes, id: string, change: Partial<NodeRun>): Nodes {
  const before = nodes[id] ?? NODE;
  const keys = Object.keys(change) as (keyof NodeRun)[];
  if (nodes[id] && keys.every((k) => Object.is(before[k], change[k]))) return nodes;
  const after: Record<string, NodeRun> = { ...nodes, [id]: { ...before, ...change } };
  for (const instance of instancesOf(id)) {
    const state = stateOf(innerOf(after, instance).map((inner) => after[inner]?.state ?? 'idle'));
    after[instance] = { ...(after[instance] ?? NODE), ...change, state };
  }
  return after;
}

function without(nodes: Nodes, keep: (run: NodeRun) => NodeRun): Nodes {
  return Object.fromEntries(Object.entries(nodes).map(([id, run]) => [id, keep(run)]));
}

/** What is left of a run when the next one begins: pictures and texts. */
export function carried(nodes: Nodes): Nodes {
  return without(nodes, ({ files, text }) => ({ ...NODE, files, ...(text === undefined ? {} : { text }) }));
}

/** Where a newer run has given none yet, the pictures and texts of an older one. */
export function withOlder(nodes: Nodes, older: Nodes): Nodes {
  const left = Object.entries(carried(older)).filter(([id]) => !nodes[id]?.files.length);
  return { ...nodes, ...Object.fromEntries(left.map(([id, run]) => [id, { ...run, ...nodes[id], files: run.files }])) };
}

// ------------------------------------------------------------------ messages

/** Files that an `executed` message names, of whatever kind. */
export function filesIn(output: unknown, version: string): OutputFile[] {
  if (typeof output !== 'object' || output === null) return [];
  return Object.values(output)
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .map((of) => readFile(of, version))
    .filter((f) => f !== undefined);
}

function textIn(output: unknown): string | undefined {
  const texts = textsAt(output, 'text');
  return texts.length ? texts.join('\n') : undefined;
}

function waiting(t: Track): Track {
  if (!t.prompt) return t;
  let nodes = t.nodes;
  for (const id of neededFor(t.prompt, t.outputs, t.cached))
    if ((nodes[id]?.state ?? 'idle') === 'idle') nodes = withNode(nodes, id, { state: 'waiting' });
  return { ...t, nodes };
}

/** What it runs has become known. */
export function knowing(t: Track, prompt: Prompt, outputs?: readonly string[]): Track {
  return t.over || t.prompt ? t : waiting({ ...t, prompt, ...(outputs ? { outputs } : {}) });
}

function started(t: Track): Track {
  const { over: _over, current: _current, ...rest } = t;
  return waiting({ ...rest, nodes: carried(t.nodes), cached: [], problems: [], ticks: {}, seconds: {} });
}

function cachedNodes(t: Track, ids: readonly string[]): Track {
  let nodes = t.nodes;
  const all = [...t.cached, ...ids];
  const needed = t.prompt && neededFor(t.prompt, t.outputs, all);
  for (const id of needed ? Object.keys(t.prompt ?? {}) : [])
    if (!needed?.has(id) && nodes[id]?.state === 'waiting') nodes = withNode(nodes, id, { state: 'idle' });
  for (const id of ids) nodes = withNode(nodes, id, { state: 'cached' });
  return { ...t, nodes, cached: all };
}

/** A step was heard of: how fast they come, over the last few. */
function ticked(before: Tick | undefined, value: number, now: number): Tick {
  if (!before || value < before.value) return { since: before?.since ?? now, at: now, value, step: 0 };
  if (value === before.value) return before;
  const step = (now - before.at) / 1000 / (value - before.value);
  return { ...before, at: now, value, step: before.value === 0 || !before.step ? step : before.step * 0.7 + step * 0.3 };
}

function progressed(t: Track, id: string, value: number, max: number, now: number): Track {
  const before = t.ticks[id];
  const tick = ticked(before, value, now);
  const rate = tick.step > 0 && max > 1 ? { rate: 1 / tick.step } : {};
  const ticks = tick === before ? t.ticks : { ...t.ticks, [id]: tick };
  return { ...t, ticks, current: id, nodes: withNode(t.nodes, id, { state: 'running', value, max, ...rate }) };
}

function finished(t: Track, id: string, max: number, now: number): Track {
  const state = t.nodes[id]?.state;
  if (state === 'done' || state === 'cached' || state === 'error') return t;
  const since = t.ticks[id]?.since;
  const seconds = since === undefined ? t.seconds : { ...t.seconds, [id]: (now - since) / 1000 };
  return { ...t, seconds, nodes: withNode(t.nodes, id, { state: 'done', value: max, max }) };
}

function allProgress(t: Track, told: unknown, now: number): Track {
  if (typeof told !== 'object' || told === null) return t;
  for (const [id, node] of Object.entries(told)) {
    const max = numberAt(node, 'max') ?? 1;
    if (textAt(node, 'state') === 'finished') t = finished(t, id, max, now);
    else if (textAt(node, 'state') === 'running') t = progressed(t, id, numberAt(node, 'value') ?? 0, max, now);
  }
  return t;
}

function executed(t: Track, data: unknown): Track {
  const id = textAt(data, 'display_node') ?? textAt(data, 'node');
  const output = member(data, 'output');
  if (id === undefined || typeof output !== 'object' || output === null) return t;
  const text = textIn(output);
  const files = filesIn(output, t.id.slice(0, 8));
  return { ...t, nodes: withNode(t.nodes, id, { files, ...(text === undefined ? {} : { text }) }) };
}

// ------------------------------------------------------------------ ends

const over: Record<string, NodeState> = { waiting: 'idle', running: 'idle' };

function ended(t: Track, how: NonNullable<Track['over']>): Track {
  const { current: _current, ...rest } = t;
  const nodes = without(t.nodes, ({ preview: _preview, rate: _rate, ...run }) => ({ ...run, state: over[run.state] ?? run.state }));
  return { ...rest, over: how, nodes };
}

function problemOf(data: unknown): Problem {
  const node = textAt(data, 'node_id');
  const lines = textsAt(data, 'traceback').flatMap((l) => l.split('\n')).filter((l) => l.trim());
  const type = textAt(data, 'exception_type');
  return {
    source: 'run',
    severity: type === 'ExecutionBlocked' ? 'warning' : 'error',
    message: (textAt(data, 'exception_message') ?? '').trim(),
    ...(node === undefined || node === '' ? {} : { node }),
    ...(type === undefined ? {} : { type }),
    ...(lines.length ? { lines } : {}),
  };
}

function failed(t: Track, data: unknown): Track {
  const problem = problemOf(data);
  const marked = problem.node === undefined ? t.nodes : withNode(t.nodes, problem.node, { state: 'error' });
  const after = { ...t, nodes: marked, problems: [...t.problems, problem] };
  return problem.severity === 'warning' ? after : ended(after, 'error');
}

function interrupted(t: Track, data: unknown): Track {
  const id = textAt(data, 'node_id');
  return ended(id ? { ...t, nodes: withNode(t.nodes, id, { state: 'interrupted' }) } : t, 'interrupted');
}

/** What a message changes; the same track where it changes nothing. `now` in milliseconds. */
export function told(t: Track, type: string, data: unknown, now: number): Track {
  const node = textAt(data, 'node');
  switch (type) {
    case 'execution_start': return started(t);
    case 'execution_cached': return cachedNodes(t, textsAt(data, 'nodes'));
    case 'progress_state': return allProgress(t, member(data, 'nodes'), now);
    case 'progress': return node ? progressed(t, node, numberAt(data, 'value') ?? 0, numberAt(data, 'max') ?? 1, now) : t;
    case 'executing': return node && !t.over ? { ...t, current: node, nodes: withNode(t.nodes, node, { state: 'running' }) } : t;
    case 'executed': return executed(t, data);
    case 'execution_success': return ended(t, 'success');
    case 'execution_error': return failed(t, data);
    case 'execution_interrupted': return interrupted(t, data);
    default: return t;
  }
}

/** One that ended while nobody listened, by its entry of the history: the same messages, and its outputs. */
export function toldWhole(t: Track, entry: unknown): Track {
  const outputs = member(entry, 'outputs');
  for (const message of listAt(entry, 'status', 'messages'))
    if (member(message, 0) === 'execution_start' || member(message, 0) === 'execution_cached')
      t = told(t, String(member(message, 0)), member(message, 1), 0);
  for (const [node, output] of Object.entries(typeof outputs === 'object' && outputs !== null ? outputs : {}))
    t = told(told(t, 'executed', { node, output }, 0), 'progress_state', { nodes: { [node]: { state: 'finished' } } }, 0);
  for (const message of listAt(entry, 'status', 'messages').slice(1))
    t = told(t, String(member(message, 0)), member(message, 1), 0);
  return t;
}

// ------------------------------------------------------------------ how far it is

/** 0 to 1: what is done of what must run, by what such nodes took before; where that is not known a step is like any other. */
export function shareOf(t: Track, secondsOf: (node: unknown) => number | undefined): number {
  if (t.over === 'success') return 1;
  const ids = t.prompt ? [...neededFor(t.prompt, t.outputs, t.cached)] : Object.keys(t.nodes).filter((id) => t.nodes[id]?.state !== 'idle');
  const steps = ids.map((id) => stepsOf(t.prompt?.[id]));
  const known = ids.map((id) => secondsOf(t.prompt?.[id]));
  const sorted = known.flatMap((s, i) => (s === undefined ? [] : [s / (steps[i] ?? 1)])).sort((a, b) => a - b);
  const usual = sorted[sorted.length >> 1] ?? 1;
  let [done, all] = [0, 0];
  ids.forEach((id, i) => {
    const run = t.nodes[id] ?? NODE;
    const weight = Math.max(0.001, run.state === 'cached' ? 0.001 : (known[i] ?? usual * (steps[i] ?? 1)));
    all += weight;
    if (run.state === 'done' || run.state === 'cached') done += weight;
    else if (run.state === 'running' && run.max > 0) done += (weight * Math.min(run.value, run.max)) / run.max;
  });
  return all ? done / all : 0;
}
