// Files on their way into fields: by node and field, so that they go on while nobody looks at the node, and are sent again
// when a server that was gone is back.
import { create } from 'zustand';
import { reloadDef } from '../defs/defs.ts';
import type { JsonObject } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';
import { isRefusal, whyOf } from '../net/http.ts';
import { useServer } from '../net/server.ts';
import type { Field } from './field.ts';
import { sendFile } from './files.ts';

export type Sending = { is: 'sending'; file: File; share: number; stop: () => void } | { is: 'failed'; file: File; why: string; unsent: boolean };

interface Entry {
  field: Field;
  sending: Sending;
}

const useEntries = create<{ entries: readonly Entry[] }>(() => ({ entries: [] }));
const isAt = ({ field }: Entry, node: JsonObject, name: string) => field.node === node && field.shape.name === name;

/** What is on its way to a field; undefined: nothing. */
export function useSending({ node, shape }: Field): Sending | undefined {
  return useEntries((s) => s.entries.find((e) => isAt(e, node, shape.name))?.sending);
}

function put(field: Field, sending: Sending | undefined) {
  useEntries.setState(({ entries }) => {
    const others = entries.filter((e) => !isAt(e, field.node, field.shape.name));
    return { entries: sending ? [...others, { field, sending }] : others };
  });
}

/** Was it taken away meanwhile? */
const isThere = ({ doc, node }: Field) => doc.graphs().some((g) => doc.node(node['id'] as Id, g) === node);

export async function send(field: Field, file: File | undefined) {
  if (!file || field.fixed) return;
  const ending = new AbortController();
  const tell = (share: number) => put(field, { is: 'sending', file, share, stop: () => ending.abort() });
  tell(0);
  try {
    const value = await sendFile(file, { share: tell, signal: ending.signal });
    await reloadDef(String(field.node['type'])).catch(() => undefined); // else it is only shown as one that is not in the list
    put(field, undefined);
    if (!isThere(field)) return;
    field.begin();
    field.set(value);
  } catch (e) {
    put(field, ending.signal.aborted ? undefined : { is: 'failed', file, why: whyOf(e), unsent: !isRefusal(e) });
  }
}

useServer.subscribe(({ there }, before) => {
  if (!there || before.there) return;
  for (const { field, sending } of useEntries.getState().entries)
    if (sending.is === 'failed' && sending.unsent && isThere(field)) void send(field, sending.file);
});
