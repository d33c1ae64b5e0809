// All keys there are now, by the menu that their commands stand in.
import { useState } from 'react';
import { shown } from '../app/chords.ts';
import type { Command } from '../app/command.ts';
import { commands } from '../app/commands.ts';
import { Dialog } from '../app/Dialog.tsx';
import { onMac, shownOf } from '../app/bound.ts';
import { useSettings } from '../app/settings.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { fold } from '../i18n/fold.ts';
import { useRoom } from '../i18n/room.ts';
import { useWords } from '../i18n/words.ts';
import { choices } from '../i18n/words/choices.ts';
import '../style/palette.css';
import { showSettings } from './show.ts';

const PLACES = ['file', 'edit', 'run', 'canvas', 'node', 'link', 'group', 'view', 'help', 'other'] as const;
type Place = (typeof PLACES)[number];

/** Nine tabs are one line. */
const TABS = /^tab\.[2-9]$/;
const chord = (c: Command, keys: string) => (c.id === 'tab.1' && keys === 'Alt+1' ? `${shown(keys, onMac)} … 9` : shown(keys, onMac));

export const placeOf = (c: Command): Place => (c.menu ?? (c.id.startsWith('tab.') ? 'file' : c.id.startsWith('view.') ? 'view' : 'other'));

export function Keys({ close }: { close: () => void }) {
  const words = useWords();
  const [query, setQuery] = useState('');
  const wanted = fold(query).trim();
  useSettings((s) => s.keys);
  const here = commands.filter((c) => shownOf(c).length > 0 && !TABS.test(c.id) && fold(`${c.label(words)} ${shownOf(c).join(' ')}`).includes(wanted));
  const said = useDialogWords().keys;
  const settings = useRoom(choices);
  const change = (
    <button className="plain" onClick={() => (close(), showSettings('keyboard'))}>
      {settings.keys.change}
    </button>
  );
  return (
    <Dialog title={said.title} kind="wide" close={close} foot={change}>
      <input className="search" role="searchbox" data-focus value={query} placeholder={said.search} aria-label={said.search} onChange={(e) => setQuery(e.target.value)} />
      <div className="keys">
        {PLACES.map((place) => {
          const list = here.filter((c) => placeOf(c) === place);
          return list.length > 0 && (
            <section key={place}>
              <h3>{said.places[place]}</h3>
              <dl>
                {list.map((c) => (
                  <div key={c.id}>
                    <dt>{c.label(words)}</dt>
                    <dd>{shownOf(c).map((k) => <kbd key={k}>{chord(c, k)}</kbd>)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        {here.length === 0 && <p>{said.none}</p>}
      </div>
    </Dialog>
  );
}
