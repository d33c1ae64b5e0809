// What is chosen in the document on the screen.
import { show, useDocuments } from '../app/documents.ts';
import { useHand, view } from './view.ts';

const NOTHING: ReadonlySet<string> = new Set();

export function chosen(): ReadonlySet<string> {
  return useDocuments.getState().opened.find((o) => o.doc.uid === view.uid)?.selection ?? NOTHING;
}

export function choose(keys: Iterable<string>) {
  const selection = new Set(keys);
  const now = chosen();
  if (selection.size !== now.size || [...selection].some((k) => !now.has(k))) show(view.uid, { selection });
}

/** Added if it is not there, else taken out. */
export function toggle(key: string) {
  const keys = new Set(chosen());
  if (!keys.delete(key)) keys.add(key);
  choose(keys);
}

export function chooseAll() {
  const { nodes, groups, reroutes } = view.scene;
  choose([...nodes, ...groups, ...reroutes].map((x) => x.key));
}

/** The keyboard goes on from here: a node, a group or a point. */
export function focusOn(key: string) {
  if (!key.startsWith('link:')) useHand.setState({ focus: key });
}
