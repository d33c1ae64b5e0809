// Which view of a document is on the screen: its graph, or the fields that are pinned. By the document's uid, kept as long as the
// browser's tab; a narrow page begins with the App view, and nothing but a person changes it.
import { create } from 'zustand';

export type ViewName = 'graph' | 'app';

const KEY = 'limn.views';
const FIRST: ViewName = matchMedia('(max-width: 640px)').matches ? 'app' : 'graph';

interface Views {
  chosen: Readonly<Record<string, ViewName>>;
  editing: boolean; // the fields themselves are chosen
  dismissed: ReadonlySet<string>; // documents whose App view was offered, and not wanted
}

function read(): Views['chosen'] {
  try {
    return { ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Views['chosen']) };
  } catch {
    return {};
  }
}

export const useViews = create<Views>(() => ({ chosen: read(), editing: false, dismissed: new Set() }));

useViews.subscribe(({ chosen }, before) => {
  if (chosen === before.chosen) return;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // A browser that keeps nothing.
  }
});

const viewIn = ({ chosen }: Views, uid: string | undefined): ViewName =>
  uid === undefined ? 'graph' : chosen[uid] === 'app' || chosen[uid] === 'graph' ? chosen[uid] : FIRST;

export const viewOf = (uid: string | undefined): ViewName => viewIn(useViews.getState(), uid);

export function useView(uid: string | undefined): ViewName {
  return useViews((s) => viewIn(s, uid));
}

export function showView(uid: string, view: ViewName, editing = false) {
  useViews.setState(({ chosen }) => ({ chosen: { ...chosen, [uid]: view }, editing }));
}

export function dismiss(uid: string) {
  useViews.setState(({ dismissed }) => ({ dismissed: new Set(dismissed).add(uid) }));
}
