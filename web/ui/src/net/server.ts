// What the page knows of its server: whether it can be reached, how much it has to do, and what machine it is.
import { create } from 'zustand';
import type { Frame } from './frames.ts';
import { getJson, member, numberAt } from './http.ts';
import { refreshJobs, useJobs } from './jobs.ts';
import { Socket, type Link } from './socket.ts';

export interface Work {
  running: number;
  waiting: number;
}
export interface Machine {
  version: string;
  device: string;
  memory: { used: number; total: number };
  video?: { used: number; total: number };
}
interface Server {
  link: Link;
  there: boolean; // it answers requests: with a link, or where something between lets no socket through
  work?: Work;
  machine?: Machine;
}

/** Who hears all that the socket says. */
export interface Hearer {
  message(type: string, data: unknown): void;
  frame(frame: Frame): void;
}

export const useServer = create<Server>(() => ({ link: { is: 'connecting' }, there: false }));

const POLL_MS = 3000; // where sockets do not come through
const AGAIN_MS = 1000; // after a list that did not come, then twice that
const AGAIN_MOST_MS = 8000;
const MACHINE_MS = 2000;
const hearers = new Set<Hearer>();
let socket: Socket | undefined;

/** One id per browser tab, which a reload keeps: by it the server knows whose jobs are whose. */
export const clientId = (() => {
  const key = 'limn.client';
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
  let kept: string | undefined;
  return () => {
    if (kept !== undefined) return kept;
    try {
      kept = sessionStorage.getItem(key) ?? fresh();
      sessionStorage.setItem(key, kept);
    } catch {
      kept = fresh();
    }
    return kept;
  };
})();

export function hear(hearer: Hearer) {
  hearers.add(hearer);
}

// ------------------------------------------------------------------ what there is to do

let asking: ReturnType<typeof setTimeout> | undefined;
let failed = 0; // times in a row that the list did not come
let tried = false; // a socket, since the server answers requests again

/** Requests come through: does a socket, too? Only where the next answer finds none, something lets none through. */
function answered() {
  const { link, machine } = useServer.getState();
  if (link.is === 'lost' && !tried) {
    tried = true;
    retryNow();
    return askForWork(500);
  }
  useServer.setState({ there: true });
  if (link.is === 'lost' && !machine) void askForMachine();
}

/** Many messages in a moment are one request. */
export function askForWork(after = 250) {
  asking ??= setTimeout(async () => {
    asking = undefined;
    try {
      await refreshJobs();
      failed = 0;
      const { running, waiting, more } = useJobs.getState();
      useServer.setState({ work: { running: running.length, waiting: waiting.length + more } });
      answered();
    } catch (e) {
      console.warn(e);
      tried = false;
      if (useServer.getState().link.is !== 'open') useServer.setState({ there: false });
      else askForWork(Math.min(AGAIN_MS << failed++, AGAIN_MOST_MS)); // its next message may be a long time away
    }
  }, after);
}

// ------------------------------------------------------------------ what machine it is

function share(of: unknown, total: string, free: string) {
  const all = numberAt(of, total) ?? 0;
  return { used: Math.max(0, all - (numberAt(of, free) ?? all)), total: all };
}

/** An answer of /system_stats. */
export function readMachine(stats: unknown): Machine {
  const system = member(stats, 'system');
  const device = member(stats, 'devices', 0);
  const kind = String(member(device, 'type') ?? '');
  return {
    version: /^limn (\S+)/.exec(String(member(system, 'pytorch_version')))?.[1] ?? '',
    device: String(member(device, 'name') ?? kind),
    memory: share(system, 'ram_total', 'ram_free'),
    ...(kind && kind !== 'cpu' ? { video: share(device, 'vram_total', 'vram_free') } : {}),
  };
}

let machineAsked = -Infinity;

async function askForMachine() {
  machineAsked = performance.now();
  try {
    useServer.setState({ machine: readMachine(await getJson('system_stats')) });
  } catch (e) {
    console.warn(e);
  }
}

let machineLater: ReturnType<typeof setTimeout> | undefined;

/** Jobs begin and end, models come and go: what the machine has left is asked for again, once for many of them. */
function askForMachineSoon() {
  if (performance.now() - machineAsked < MACHINE_MS) return; // as when the link has just opened
  machineLater ??= setTimeout(() => {
    machineLater = undefined;
    if (!document.hidden) void askForMachine();
  }, MACHINE_MS);
}

// ------------------------------------------------------------------ from the first moment on

function linked(link: Link) {
  const was = useServer.getState().link.is;
  useServer.setState(link.is === 'open' ? { link, there: true } : was === 'open' ? { link, there: false } : { link });
  if (link.is === 'lost' && was !== 'lost') askForWork(0); // does it answer, although there is no socket?
  if (link.is !== 'open') return;
  tried = false;
  askForWork(); // with the first message, which says how much there is: one request for both
  void askForMachine();
}

export function startServer() {
  socket = new Socket(clientId(), {
    link: linked,
    message: (type, data) => {
      if (type === 'status') {
        askForWork();
        askForMachineSoon();
      }
      for (const hearer of hearers) hearer.message(type, data);
    },
    frame: (frame) => {
      for (const hearer of hearers) hearer.frame(frame);
    },
  });
  addEventListener('online', retryNow);
  setInterval(() => useServer.getState().link.is === 'lost' && !document.hidden && askForWork(), POLL_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    retryNow();
    if (useServer.getState().link.is === 'open') void askForMachine();
  });
}

export function retryNow() {
  socket?.retry();
}
