// Files on their way to the server's folders.
import { at, member } from './http.ts';

/** Under what name it is there now. Throws a Refusal, or that the server did not answer. */
export async function upload(route: 'upload/image' | 'upload/mask', form: FormData): Promise<{ name: string; subfolder: string }> {
  const answer = await fetch(at(route), { method: 'POST', body: form });
  const text = await answer.text();
  if (!answer.ok) throw Object.assign(new Error(`${route}: ${answer.status}`), { status: answer.status, said: text });
  const told: unknown = JSON.parse(text);
  const [name, subfolder] = [member(told, 'name'), member(told, 'subfolder')];
  if (typeof name !== 'string' || !name) throw new Error(`${route}: ${text}`);
  return { name, subfolder: typeof subfolder === 'string' ? subfolder : '' };
}
