// Where the setting says so, a document that has a file is saved five seconds after its last edit, until somebody else has
// written that file: then the person is asked, and it stops.
import { useDocuments, type Opened } from './documents.ts';
import { useSettings } from './settings.ts';

const QUIET_MS = 5000;
const watched = new Map<string, { end: () => void; timer?: ReturnType<typeof setTimeout> }>();
const stopped = new Set<string>();

async function due(uid: string) {
  const at = useDocuments.getState().opened.find((o) => o.doc.uid === uid);
  if (!useSettings.getState().autosave || !at?.file || at.doc.dirtySince === undefined || stopped.has(uid)) return;
  const { save } = await import('./save.ts');
  if (!(await save(at))) stopped.add(uid);
}

function watch({ doc }: Opened) {
  const it: { end: () => void; timer?: ReturnType<typeof setTimeout> } = { end: () => {} };
  const end = doc.subscribe('*', () => {
    clearTimeout(it.timer);
    it.timer = setTimeout(() => void due(doc.uid), QUIET_MS);
  });
  it.end = () => {
    clearTimeout(it.timer);
    end();
  };
  watched.set(doc.uid, it);
}

export function startAutosave() {
  const look = (opened: readonly Opened[]) => {
    for (const at of opened) if (!watched.has(at.doc.uid)) watch(at);
    for (const [uid, it] of watched)
      if (!opened.some((o) => o.doc.uid === uid)) {
        it.end();
        watched.delete(uid);
      }
  };
  look(useDocuments.getState().opened);
  useDocuments.subscribe((now) => look(now.opened));
}
