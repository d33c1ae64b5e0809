// The value that a field had when its workflow was last sent: by document, node and input. Its field offers it again.
import { create } from 'zustand';
import type { Json } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';

const useLast = create<Readonly<Record<string, Json>>>(() => ({}));

const keyOf = (uid: string, node: Id, input: string) => `${uid} ${node} ${input}`;

export function noteLast(uid: string, node: Id, input: string, value: Json) {
  useLast.setState({ [keyOf(uid, node, input)]: value });
}

export function useLastValue(uid: string, node: Id, input: string): Json | undefined {
  return useLast((all) => all[keyOf(uid, node, input)]);
}

/** The document was closed. */
export function forgetLast(uid: string) {
  const kept = Object.entries(useLast.getState()).filter(([key]) => !key.startsWith(`${uid} `));
  useLast.setState(Object.fromEntries(kept), true);
}
