// Where the setting says so, a document that has a file is saved five seconds after its last edit, until somebody else has
// written that file: then the person is asked, and it stops.
import { useDocuments, type Opened } from './documents.ts';
import { useServer } from '../net/server.ts';
import { useSettings } from './settings.ts';

const QUIET_MS = 5000;
const watched = new Map<string, { end: () => void; timer?: ReturnType<typeof setTimeout> }>();
const stopped = new Map<string, string | undefined>(); // what the file had when it could not be saved

async function due(uid: string) {
  const at = useDocuments.getState().opened.find((o) => o.doc.uid === uid);
  if (!useSettings.getState().autosave || !at?.file || at.doc.dirtySince === undefined) return;
  if (!useServer.getState().there) return; // when the server is back
  if (stopped.has(uid) && stopped.get(uid) === at.file.etag) return; // until a person has saved it
  const { save } = await import('./save.ts');
  if (await save(at)) stopped.delete(uid);
  else if (useServer.getState().there) stopped.set(uid, at.file.etag);
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
        stopped.delete(uid);
      }
  };
  look(useDocuments.getState().opened);
  useDocuments.subscribe((now) => look(now.opened));
  useServer.subscribe(({ link }, before) => {
    if (link.is === 'open' && before.link.is !== 'open') for (const uid of watched.keys()) void due(uid);
  });
}
