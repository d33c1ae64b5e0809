// Unsaved documents of a browser that ended: each can be opened or let go; what is not answered is asked again next time.
import { useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { Icon } from '../app/Icon.tsx';
import { dropEntry, own, type Entry } from '../app/journal.ts';
import { reopen } from '../app/session.ts';
import { complain } from '../app/toasts.ts';
import { ago } from '../i18n/format.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useWords } from '../i18n/words.ts';
import { roomWords } from '../i18n/room.ts';
import { opening } from '../i18n/words/opening.ts';

async function open(entry: Entry) {
  try {
    reopen(entry, {}, !(await own(entry.uid)));
  } catch (e) {
    complain((w) => roomWords(opening, w).faults.damaged(entry.name, e instanceof Error ? e.message : String(e)));
  }
}

export function Recover({ entries, close }: { entries: readonly Entry[]; close: () => void }) {
  const words = useWords();
  const said = useDialogWords().recover;
  const [left, setLeft] = useState(entries);
  const done = (entry: Entry, what: (entry: Entry) => unknown) => {
    const rest = left.filter((e) => e !== entry);
    void what(entry);
    setLeft(rest);
    if (!rest.length) close();
  };
  const all = (what: (entry: Entry) => unknown) => () => {
    for (const entry of left) void what(entry);
    close();
  };
  const drop = (entry: Entry) => dropEntry(entry.uid);
  const foot = (
    <>
      <button className="plain" data-risky="true" onClick={all(drop)}>
        {said.dropAll}
      </button>
      <button className="plain" onClick={close}>
        {said.later}
      </button>
      <button className="main" data-focus onClick={all(open)}>
        {said.all}
      </button>
    </>
  );
  return (
    <Dialog title={said.title(entries.length)} close={close} foot={foot}>
      <p>{said.text}</p>
      <ul className="lost">
        {left.map((e) => (
          <li key={e.uid}>
            <span className="label">
              <strong>{e.name}</strong>
              <span>
                {words.status.nodes(e.nodes)} · {ago(e.at, words.locale)}
              </span>
            </span>
            <button className="text" onClick={() => done(e, open)}>
              {said.one}
            </button>
            <button className="icon" aria-label={said.drop(e.name)} title={said.drop(e.name)} onClick={() => done(e, drop)}>
              <Icon name="trash" />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
