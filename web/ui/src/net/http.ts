// Requests to the server that gave us this page, wherever a proxy has put it; there is no other.

/** The address of a route: at('api/jobs') */
export function at(route: string): URL {
  return new URL(route, document.baseURI);
}

/** An answer's JSON; anything but 2xx is an Error that says so. */
export async function getJson(route: string): Promise<unknown> {
  const answer = await fetch(at(route), { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${answer.statusText}`);
  return answer.json();
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
