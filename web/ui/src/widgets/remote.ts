// A list of choices that the server has at a route of its own: asked for when somebody opens the field.
import { useEffect, useState } from 'react';
import { isObject, parse, type Json } from '../doc/json.ts';
import { at } from '../net/http.ts';

/** Only a path of our own server is one: not another server, and nothing above its root. */
export function routeOf(remote: Json | undefined): string | undefined {
  const route = isObject(remote) ? remote['route'] : undefined;
  return typeof route === 'string' && /^\/(?![/\\])/.test(route) && !route.includes('..') ? route.slice(1) : undefined;
}

export function listIn(answer: Json, remote: Json | undefined): readonly Json[] {
  const key = isObject(remote) && typeof remote['response_key'] === 'string' ? remote['response_key'].split('.') : [];
  const found = key.reduce<Json | undefined>((of, member) => (isObject(of) ? of[member] : undefined), answer);
  return Array.isArray(found) ? found.filter((v) => typeof v === 'string' || typeof v === 'number') : [];
}

/** Undefined: the choices are not remote; null: the server has not answered yet. */
export function useRemote(remote: Json | undefined, wanted: boolean): readonly Json[] | null | undefined {
  const route = routeOf(remote);
  const [list, setList] = useState<readonly Json[] | null>(null);
  useEffect(() => {
    if (route === undefined || !wanted) return;
    const stop = new AbortController();
    fetch(at(route), { signal: stop.signal })
      .then(async (answer) => setList(answer.ok ? listIn(parse(await answer.text()), remote) : []))
      .catch((e: unknown) => stop.signal.aborted || (setList([]), console.warn(e)));
    return () => stop.abort();
  }, [route, wanted]);
  return route === undefined ? undefined : list;
}
