// What shall an open workflow be compared with?
import { Dialog } from '../app/Dialog.tsx';
import { useDocuments, type Opened } from '../app/documents.ts';
import { ENDINGS } from '../app/open.ts';
import { compareWithFile, compareWithSaved, compareWithTab } from '../diff/sources.ts';
import { useRoom } from '../i18n/room.ts';
import { diff } from '../i18n/words/diff.ts';
import '../style/compare-with.css';
import { showVersions } from './show.ts';

export function CompareWith({ at, close }: { at: Opened; close: () => void }) {
  const words = useRoom(diff).with;
  const others = useDocuments((s) => s.opened).filter((o) => o.doc !== at.doc);
  const { file } = at;
  const then = (act: () => void) => () => {
    close();
    act();
  };
  const pick = () => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = ENDINGS;
    input.onchange = () => input.files?.[0] && compareWithFile(at, input.files[0]);
    input.click();
  };
  return (
    <Dialog title={words.title(at.name)} close={close}>
      <div className="compare-with">
        {file && (
          <>
            <button className="plain" data-focus onClick={then(() => compareWithSaved(at))}>
              {words.saved}
            </button>
            <button className="plain" onClick={then(() => showVersions(file.path))}>
              {words.version}
            </button>
          </>
        )}
        <button className="plain" data-focus={file ? undefined : ''} onClick={then(pick)}>
          {words.file}
        </button>
        {others.length > 0 && (
          <>
            <h3>{words.tabs}</h3>
            {others.map((o) => (
              <button className="plain" key={o.doc.uid} onClick={then(() => compareWithTab(at, o.doc.uid))}>
                {o.name}
              </button>
            ))}
          </>
        )}
      </div>
    </Dialog>
  );
}
