// One WebSocket to the server; when it is lost it comes back by itself.
import { readFrame, type Frame } from './frames.ts';
import { at } from './http.ts';

export type Link = { is: 'connecting' } | { is: 'open' } | { is: 'lost'; since: number; retryAt: number };

export interface Listener {
  link(link: Link): void;
  message(type: string, data: unknown): void;
  frame(frame: Frame): void;
}

/** How long to wait before the next try: 0.3, 0.6, … 10 s. */
export function waitBefore(tries: number): number {
  return Math.min(10_000, 300 * 2 ** tries);
}

/** What a text says; undefined for what is no message. */
export function readMessage(text: string): { type: string; data: unknown } | undefined {
  try {
    const { type, data } = JSON.parse(text) as { type?: unknown; data?: unknown };
    return typeof type === 'string' ? { type, data } : undefined;
  } catch {
    return undefined;
  }
}

/** What this page understands: previews that say whose they are, and to be told again what runs already. */
const FLAGS = { supports_preview_metadata: true, limn_replay: true };

export class Socket {
  readonly #client: string;
  readonly #listener: Listener;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #lostAt = 0;

  constructor(client: string, listener: Listener) {
    this.#client = client;
    this.#listener = listener;
    this.#listener.link({ is: 'connecting' });
    this.#open();
  }

  /** At once instead of after the wait. */
  retry() {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#open();
  }

  #open() {
    const url = at(`ws?clientId=${encodeURIComponent(this.#client)}`);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = (e) => this.#heard(e.data);
    socket.onclose = () => this.#lost(socket);
  }

  #opened(socket: WebSocket) {
    socket.send(JSON.stringify({ type: 'feature_flags', data: FLAGS }));
    this.#tries = 0;
    this.#lostAt = 0;
    this.#listener.link({ is: 'open' });
  }

  #heard(data: unknown) {
    if (typeof data === 'string') {
      const said = readMessage(data);
      if (said) this.#listener.message(said.type, said.data);
    } else if (data instanceof ArrayBuffer) {
      const frame = readFrame(data);
      if (frame) this.#listener.frame(frame);
    }
  }

  #lost(socket: WebSocket) {
    if (socket !== this.#socket) return;
    const wait = waitBefore(this.#tries++);
    this.#lostAt ||= Date.now();
    this.#timer = setTimeout(() => this.retry(), wait);
    this.#listener.link({ is: 'lost', since: this.#lostAt, retryAt: Date.now() + wait });
  }
}
