// Requests to the server that gave us this page, wherever a proxy has put it; there is no other.

/** The address of a route: at('api/jobs') */
export function at(route: string): URL {
  return new URL(route, document.baseURI);
}

/** What the server refused: its status, and what it said. */
export type Refusal = Error & { status: number; said: string };

function refusal(route: string, answer: Response, said: string): Refusal {
  return Object.assign(new Error(`${route}: ${answer.status} ${answer.statusText}`), { status: answer.status, said });
}

export function isRefusal(e: unknown): e is Refusal {
  return e instanceof Error && typeof (e as Partial<Refusal>).status === 'number';
}

let own: (type: string) => string = () => '';

/** How the page says, in its language, what a fault's type tells: `unreached`, or what an answer has. "": as it came. */
export function sayFaults(says: (type: string) => string) {
  own = says;
}

/** A sentence of an answer that is an error: {"error": "…"}, {"error": {"type", "message": "…", "details": "…"}}; "" without. */
export function sentenceIn(said: string): string {
  try {
    const error = member(JSON.parse(said), 'error');
    if (typeof error === 'string') return error;
    return own(textAt(error, 'type') ?? '') || [member(error, 'message'), member(error, 'details')].filter((t) => typeof t === 'string' && t).join(': ');
  } catch {
    return '';
  }
}

/** Browsers say in their own words that no answer came, and in no other language. */
export const isUnreached = (e: unknown) => e instanceof TypeError && /fetch|network|load failed/i.test(e.message);

/** Why something did not come about: what the server said, else what went wrong on the way. */
export function whyOf(e: unknown): string {
  if (isUnreached(e)) return own('unreached') || String(e);
  return (isRefusal(e) && sentenceIn(e.said)) || (e instanceof Error ? e.message : String(e));
}

/** An answer's text; anything but 2xx is a Refusal. */
export async function getText(route: string, signal?: AbortSignal): Promise<string> {
  const answer = await fetch(at(route), { headers: { Accept: 'application/json' }, ...(signal ? { signal } : {}) });
  const text = await answer.text();
  if (!answer.ok) throw refusal(route, answer, text);
  return text;
}

/** An answer's JSON; anything but 2xx is a Refusal. */
export async function getJson(route: string, signal?: AbortSignal): Promise<unknown> {
  return JSON.parse(await getText(route, signal)) as unknown;
}

/** Posts JSON that is a text already, so that its numbers keep their digits; anything but 2xx is a Refusal. */
export async function postText(route: string, body: string, signal?: AbortSignal): Promise<string> {
  const answer = await fetch(at(route), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
    ...(signal ? { signal } : {}),
  });
  const text = await answer.text();
  if (!answer.ok) throw refusal(route, answer, text);
  return text;
}

/** Any request; anything but 2xx is a Refusal. */
export async function request(route: string, how: RequestInit): Promise<{ text: string; headers: Headers }> {
  const answer = await fetch(at(route), how);
  const text = await answer.text();
  if (!answer.ok) throw refusal(route, answer, text);
  return { text, headers: answer.headers };
}

/** Posts what has no large numbers; the answer's JSON, or undefined where it is empty. */
export async function postJson(route: string, body: unknown): Promise<unknown> {
  const text = await postText(route, JSON.stringify(body));
  return text ? (JSON.parse(text) as unknown) : undefined;
}

/** A member of what somebody else wrote; undefined where there is none. */
export function member(of: unknown, ...path: (string | number)[]): unknown {
  let here = of;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[key];
  }
  return here;
}

/** A finite number, or undefined. */
export function numberAt(of: unknown, ...path: (string | number)[]): number | undefined {
  const n = member(of, ...path);
  return typeof n === 'number' && Number.isFinite(n) ? n : undefined;
}

/** A text, or undefined. */
export function textAt(of: unknown, ...path: (string | number)[]): string | undefined {
  const t = member(of, ...path);
  return typeof t === 'string' ? t : undefined;
}

/** A list, or an empty one. */
export function listAt(of: unknown, ...path: (string | number)[]): readonly unknown[] {
  const list = member(of, ...path);
  return Array.isArray(list) ? list : [];
}

/** The texts of a list. */
export function textsAt(of: unknown, ...path: (string | number)[]): string[] {
  return listAt(of, ...path).filter((t) => typeof t === 'string');
}
