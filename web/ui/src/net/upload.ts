// Files on their way to the server's folders: how far they are is told, and they can be stopped.
import { at, member } from './http.ts';

export interface OnTheWay {
  share?: (done: number) => void; // 0 to 1
  signal?: AbortSignal;
}

function read(route: string, status: number, said: string): { name: string; subfolder: string } {
  if (status < 200 || status > 299) throw Object.assign(new Error(`${route}: ${status}`), { status, said });
  const told: unknown = JSON.parse(said);
  const [name, subfolder] = [member(told, 'name'), member(told, 'subfolder')];
  if (typeof name !== 'string' || !name) throw new Error(`${route}: ${said}`);
  return { name, subfolder: typeof subfolder === 'string' ? subfolder : '' };
}

/** Under what name it is there now. Throws a Refusal, or that the server did not answer. */
export function upload(route: 'upload/image' | 'upload/mask', form: FormData, { share, signal }: OnTheWay = {}): Promise<{ name: string; subfolder: string }> {
  return new Promise((resolve, reject) => {
    const way = new XMLHttpRequest(); // fetch does not tell how far it is
    const fail = () => reject(new Error(`${route}: no answer`));
    way.open('POST', at(route));
    way.upload.onprogress = (e) => e.lengthComputable && share?.(e.loaded / e.total);
    way.onerror = way.onabort = way.ontimeout = fail;
    way.onload = () => {
      try {
        resolve(read(route, way.status, way.responseText));
      } catch (e) {
        reject(e instanceof Error ? e : new Error(String(e)));
      }
    };
    signal?.addEventListener('abort', () => way.abort());
    way.send(form);
  });
}
