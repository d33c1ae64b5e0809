// The value that a field had when its workflow was last sent: by document, node and input. Its field offers it again, also
// when the page was loaded anew.
import { create } from 'zustand';
import { isObject, parse, print, type Json } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';

type Values = Readonly<Record<string, Json>>;

const KEY = 'limn.last';
const MOST = 300; // values, the newest

function read(): Values {
  try {
    const kept = parse(sessionStorage.getItem(KEY) ?? '{}');
    return isObject(kept) ? kept : {};
  } catch {
    return {};
  }
}

const useLast = create<Values>(read);
let writing = false;

/** Many values of one run are written once. */
function keep() {
  if (writing) return;
  writing = true;
  queueMicrotask(() => {
    writing = false;
    try {
      sessionStorage.setItem(KEY, print(Object.fromEntries(Object.entries(useLast.getState()).slice(-MOST))));
    } catch {
      // A browser that keeps nothing.
    }
  });
}

const keyOf = (uid: string, node: Id, input: string) => `${uid} ${node} ${input}`;

export function noteLast(uid: string, node: Id, input: string, value: Json) {
  const { [keyOf(uid, node, input)]: _old, ...others } = useLast.getState();
  useLast.setState({ ...others, [keyOf(uid, node, input)]: value }, true);
  keep();
}

export function useLastValue(uid: string, node: Id, input: string): Json | undefined {
  return useLast((all) => all[keyOf(uid, node, input)]);
}

/** The document was closed. */
export function forgetLast(uid: string) {
  const kept = Object.entries(useLast.getState()).filter(([key]) => !key.startsWith(`${uid} `));
  useLast.setState(Object.fromEntries(kept), true);
  keep();
}
