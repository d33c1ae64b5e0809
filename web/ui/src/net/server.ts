// What the page knows of its server: whether it can be reached, how much it has to do, and what machine it is.
import { create } from 'zustand';
import { getJson, member, numberAt } from './http.ts';
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
  work?: Work;
  machine?: Machine;
}

export const useServer = create<Server>(() => ({ link: { is: 'connecting' } }));

let socket: Socket | undefined;

/** One id per browser tab, which a reload keeps: by it the server knows whose jobs are whose. */
function clientId(): string {
  const key = 'limn.client';
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
  try {
    const id = sessionStorage.getItem(key) ?? fresh();
    sessionStorage.setItem(key, id);
    return id;
  } catch {
    return fresh();
  }
}

// ------------------------------------------------------------------ what there is to do

/** An answer of /api/jobs that asked for what runs and waits. */
export function readWork(jobs: unknown): Work {
  const list = member(jobs, 'jobs');
  const listed = Array.isArray(list) ? list : [];
  const running = listed.filter((job) => member(job, 'status') === 'in_progress').length;
  return { running, waiting: Math.max(numberAt(jobs, 'pagination', 'total') ?? listed.length, listed.length) - running };
}

let asking: ReturnType<typeof setTimeout> | undefined;

/** Many messages in a moment are one request. */
function askForWork(after = 250) {
  asking ??= setTimeout(async () => {
    asking = undefined;
    try {
      useServer.setState({ work: readWork(await getJson('api/jobs?status=in_progress,pending&limit=100')) });
    } catch (e) {
      console.warn(e);
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

async function askForMachine() {
  try {
    useServer.setState({ machine: readMachine(await getJson('system_stats')) });
  } catch (e) {
    console.warn(e);
  }
}

// ------------------------------------------------------------------ from the first moment on

function linked(link: Link) {
  useServer.setState({ link });
  if (link.is !== 'open') return;
  askForWork(0);
  void askForMachine();
}

export function startServer() {
  socket = new Socket(clientId(), {
    link: linked,
    message: (type) => type === 'status' && askForWork(),
  });
  addEventListener('online', retryNow);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    retryNow();
    if (useServer.getState().link.is === 'open') void askForMachine();
  });
}

export function retryNow() {
  socket?.retry();
}
