// The pipelines that the server shares with everybody: the list of them, and what becomes of one.
import { create } from 'zustand';
import { activeDocument, closeDocument, useDocuments, type Opened } from '../app/documents.ts';
import { once } from '../app/once.ts';
import { openFiles } from '../app/opening.ts';
import { pathOf } from '../app/save.ts';
import { openStored } from '../app/stored-open.ts';
import { refreshStored, useStored } from '../app/stored.ts';
import { complain, say } from '../app/toasts.ts';
import { showWhole } from '../canvas/camera.ts';
import { roomWords } from '../i18n/room.ts';
import { opening } from '../i18n/words/opening.ts';
import { share } from '../i18n/words/share.ts';
import { showView } from '../linear/view.ts';
import { at, getJson, whyOf } from '../net/http.ts';
import { isTaken, writeStored } from '../net/userdata.ts';
import { readShared, type Shared, type SharedFile } from './read-shared.ts';

export const useShared = create<Shared>(() => ({ shared: false, files: [], reading: false, leftOut: 0 }));

const AGAIN_MS = 500;

/** What is shared, asked for again while some of it is still being read. Returns what ends it. */
export function followShared(): () => void {
  let timer = 0;
  let gone = false;
  const look = async () => {
    try {
      const now = readShared(await getJson('limn/shared'));
      if (gone) return;
      useShared.setState(now, true);
      if (now.reading) timer = window.setTimeout(() => void look(), AGAIN_MS);
    } catch (e) {
      if (!gone) useShared.setState({ fault: whyOf(e) });
    }
  };
  void look();
  return () => {
    gone = true;
    clearTimeout(timer);
  };
}

const routeOf = (file: SharedFile) => `limn/shared/${encodeURIComponent(file.name)}`;
export const pictureOf = (file: SharedFile) => at(`${routeOf(file)}/picture?${file.at}`).href;

/** A tab with a copy of it, or undefined and a sentence. */
export const openShared = once((file: SharedFile) => file.name, async (file): Promise<Opened | undefined> => {
  try {
    const answer = await fetch(at(routeOf(file)));
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    const before = new Set(useDocuments.getState().opened.map((o) => o.doc.uid));
    const ending = /\.[^.]*$/.exec(file.name)?.[0] ?? '';
    await openFiles([new File([await answer.blob()], file.title.replaceAll('/', '-') + ending, { lastModified: file.at })]);
    const now = activeDocument();
    if (!now || (before.has(now.doc.uid) && now.origin === undefined)) return undefined;
    if (!before.has(now.doc.uid)) showWhole(now.doc.uid);
    return now;
  } catch (e) {
    complain((w) => roomWords(opening, w).unreachable(file.title, whyOf(e)));
    return undefined;
  }
});

/** As a form: the fields that its author pinned, or those that people change. */
export async function runShared(file: SharedFile) {
  const opened = await openShared(file);
  if (opened) showView(opened.doc.uid, 'app');
}

async function writeFresh(name: string, text: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = pathOf(n === 1 ? name : `${name} ${n}`);
    if (useStored.getState().files?.some((f) => f.path === path)) continue;
    try {
      await writeStored(path, text, 'nothing');
      return path;
    } catch (e) {
      if (!isTaken(e) || n > 99) throw e;
    }
  }
}

/** A workflow of one's own, saved under a name that was free, and opened. */
export async function duplicateShared(file: SharedFile) {
  const opened = await openShared(file);
  if (!opened) return;
  try {
    await refreshStored();
    const path = await writeFresh(file.title, opened.doc.toText());
    closeDocument(opened.doc.uid);
    await refreshStored();
    await openStored(path);
    say((w) => roomWords(share, w).kept(file.title));
  } catch (e) {
    complain((w) => roomWords(opening, w).unreachable(file.title, whyOf(e)));
  }
}
