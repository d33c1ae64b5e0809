// A file that somebody else has written meanwhile: what differs, and three ways on.
import { useEffect, useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { useSettings } from '../app/settings.ts';
import type { Opened } from '../app/documents.ts';
import { differences, type Difference } from '../doc/differ.ts';
import { useDefs } from '../defs/defs.ts';
import { nodeTitle, slotLabel } from '../defs/labels.ts';
import { Document } from '../doc/document.ts';
import { clock } from '../i18n/format.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useRoom } from '../i18n/room.ts';
import { useWords } from '../i18n/words.ts';
import { opening } from '../i18n/words/opening.ts';
import { readStoredText, reasonOf, type Tagged } from '../net/userdata.ts';

const MOST = 12;
const SIGNS = { added: '+', removed: '−', changed: '~' } as const;

export interface ConflictAnswer {
  way: 'copy' | 'both' | 'over';
  theirs?: Tagged;
}

interface Props {
  at: Opened;
  path: string;
  answer: (answer?: ConflictAnswer) => void;
}

function List({ all }: { all: readonly Difference[] }) {
  const words = useDialogWords().conflict;
  const { naming } = useSettings();
  const defs = useDefs((s) => s.defs);
  const titleOf = ({ type, title }: Difference) => (type === undefined ? title : nodeTitle(type, title, defs.get(type)?.title, naming));
  return (
    <ul className="differences">
      {all.slice(0, MOST).map((d, i) => (
        <li key={i} data-how={d.how}>
          <span aria-label={words.how[d.how]}>{SIGNS[d.how]}</span>
          <strong>{words.what[d.is](titleOf(d))}</strong>
          {d.id && ` #${d.id}`}
          {d.where !== undefined && ` ${words.within(d.where)}`}
          {d.parts.map((p) => (
            <span key={p.name}>
              {p.kind === 'value' ? slotLabel(p.field ?? '', p.name, naming, p.declared) : words.parts[p.kind]}
              {p.from !== undefined && ` ${p.from} → ${p.to}`}
            </span>
          ))}
        </li>
      ))}
      {all.length > MOST && <li>{words.more(all.length - MOST)}</li>}
    </ul>
  );
}

export function Conflict({ at, path, answer }: Props) {
  const { locale } = useWords();
  const opened = useRoom(opening);
  const said = useDialogWords().conflict;
  const [theirs, setTheirs] = useState<Tagged>();
  const [fault, setFault] = useState('');
  const [found, setFound] = useState<readonly Difference[]>();

  useEffect(() => {
    readStoredText(path)
      .then((t) => {
        setTheirs(t);
        setFound(differences(at.doc, new Document(t.text), useDefs.getState().defs));
      })
      .catch((e: unknown) => setFault(reasonOf(e)));
  }, []);
  const choose = (way: ConflictAnswer['way']) => () => answer(theirs ? { way, theirs } : { way });
  const foot = (
    <>
      <button className="plain" data-risky="true" onClick={choose('over')}>
        {said.over}
      </button>
      <button className="plain" disabled={!theirs} onClick={choose('both')}>
        {said.both}
      </button>
      <button className="main" data-focus onClick={choose('copy')}>
        {said.copy}
      </button>
    </>
  );
  return (
    <Dialog title={said.title(at.name)} close={() => answer()} foot={foot}>
      <p>{said.text}</p>
      {theirs?.at !== undefined && <p>{said.when(clock(theirs.at, locale))}</p>}
      {fault && <p>{opened.unreachable(at.name, fault)}</p>}
      {found && (found.length ? <List all={found} /> : <p>{said.same}</p>)}
    </Dialog>
  );
}
