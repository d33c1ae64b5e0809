// The node classes of the server: asked for once, again when it comes back or somebody wants it, and kept by the browser so
// that files can be looked at and edited while no server answers.
import { create } from 'zustand';
import { parse } from '../doc/json.ts';
import { getText } from '../net/http.ts';
import { useServer } from '../net/server.ts';
import type { Defs, NodeDef } from './def.ts';
import { keepText, keptText } from './kept.ts';
import { readPlans, type Plans } from './places.ts';
import { readDefs } from './read.ts';

/** Stale: as they were when the server was last reached. Failed: nothing is known of any class. */
export type DefsState = 'loading' | 'ready' | 'stale' | 'failed';

interface Known {
  defs: Defs;
  state: DefsState;
  why?: string | undefined; // the server's own could not be had the last time
}

export const useDefs = create<Known>(() => ({ defs: new Map(), state: 'loading' }));

let plans: Plans = new Map();

function use(info: string, places: string, state: DefsState) {
  plans = readPlans(parse(places));
  useDefs.setState({ defs: readDefs(parse(info), plans), state, ...(state === 'ready' ? { why: undefined } : {}) });
}

async function useKept(fault: unknown) {
  useDefs.setState({ why: fault instanceof Error ? fault.message : String(fault) });
  if (useDefs.getState().defs.size > 0) return useDefs.setState({ state: 'stale' });
  const [info, places] = await Promise.all([keptText('object_info'), keptText('plans')]);
  try {
    if (info !== undefined && places !== undefined) return use(info, places, 'stale');
  } catch (e) {
    console.warn(e);
  }
  useDefs.setState({ state: 'failed' });
}

async function load() {
  try {
    const [info, places] = await Promise.all([getText('object_info'), getText('limn/plans')]);
    use(info, places, 'ready');
    void keepText('object_info', info);
    void keepText('plans', places);
  } catch (e) {
    console.warn(e);
    await useKept(e);
  }
}

let loading: Promise<void> | undefined;

/** Asks the server anew; who asks meanwhile waits for the same answer. What is known stays until then. */
export function reloadDefs(): Promise<void> {
  return (loading ??= load().finally(() => (loading = undefined)));
}

/** One class anew: its lists of files may have grown. */
export async function reloadDef(name: string): Promise<NodeDef | undefined> {
  const info = parse(await getText(`object_info/${encodeURIComponent(name)}`));
  const def = readDefs(info, plans).get(name);
  if (def) useDefs.setState((s) => ({ defs: new Map(s.defs).set(name, def) }));
  return def;
}

/** Once, when the page begins. */
export function startDefs() {
  void reloadDefs();
  useServer.subscribe((now, before) => {
    if (now.link.is === 'open' && before.link.is === 'lost') void reloadDefs();
  });
}
