// All commands with their keys, which are changed here: a key is recorded, a conflict is said and resolved, and all can be put back.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { bind, chordOf, isChanged, meetKept, ownersOf, reset, resetAll, takenBy, unbind } from '../app/bindings.ts';
import { shown } from '../app/chords.ts';
import type { Command } from '../app/command.ts';
import { commands } from '../app/commands.ts';
import { confirm } from '../app/confirm.ts';
import { Icon } from '../app/Icon.tsx';
import { keysOf, onMac, shownOf } from '../app/bound.ts';
import { useSettings } from '../app/settings.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { fold } from '../i18n/fold.ts';
import { useRoom } from '../i18n/room.ts';
import { useWords, wordsNow } from '../i18n/words.ts';
import { choices } from '../i18n/words/choices.ts';
import '../style/keyboard.css';
import { placeOf } from './Keys.tsx';

/** Entries of menus that stand for another command have no keys of their own. */
const bindable = commands.filter((c) => !c.quiet || c.keys);

interface Asked {
  command: Command;
  chord: string;
  owners: readonly Command[];
}

/** Has the focus until a key is pressed. Tab and Escape are the page's, so nobody is caught here. */
function Recorder({ label, heard, done }: { label: string; heard: (e: globalThis.KeyboardEvent) => void; done: () => void }) {
  const words = useRoom(choices).keys;
  const box = useRef<HTMLButtonElement>(null);

  useEffect(() => box.current?.focus(), []);
  const key = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'Tab' && !e.ctrlKey && !e.altKey) return;
    e.preventDefault();
    e.stopPropagation();
    if (e.key === 'Escape' && !e.ctrlKey && !e.altKey && !e.metaKey) done();
    else heard(e.nativeEvent);
  };
  return (
    <button className="recorder" ref={box} aria-label={`${label}: ${words.press}`} onKeyDown={key} onBlur={done} onClick={done}>
      {words.press}
    </button>
  );
}

function Row({ command, recording, record, heard }: { command: Command; recording: boolean; record: (on: boolean) => void; heard: (e: globalThis.KeyboardEvent) => void }) {
  const all = useWords();
  const said = useRoom(choices).keys;
  const places = useDialogWords().keys.places;
  const label = command.label(all);
  const keys = keysOf(command);
  const changed = isChanged(command);
  return (
    <tr data-command={command.id} data-changed={changed}>
      <th scope="row">
        {label}
        <span className="note">{places[placeOf(command)]}{changed && ` · ${said.changed}`}</span>
      </th>
      <td>
        <div>
          {keys.map((k) => (
            <span className="chord" key={k}>
              <kbd>{shown(k, onMac)}</kbd>
              <button className="icon" aria-label={said.take(shown(k, onMac), label)} title={said.take(shown(k, onMac), label)} onClick={() => unbind(command, k)}>
                <Icon name="close" />
              </button>
            </span>
          ))}
          {command.shows?.map((k) => <span className="chord" key={k}><kbd>{shown(k, onMac)}</kbd></span>)}
          {!keys.length && !command.shows && !recording && <span className="note">{said.none}</span>}
          {recording ? (
            <Recorder label={label} heard={heard} done={() => record(false)} />
          ) : (
            <button className="add icon" aria-label={said.add(label)} title={said.add(label)} onClick={() => record(true)}>
              <Icon name="plus" />
            </button>
          )}
          {changed && (
            <button className="text" aria-label={said.reset(label)} title={said.reset(label)} onClick={() => reset(command, bindable)}>
              {said.resetShort}
            </button>
          )}
        </div>
      </td>
    </tr>
  );
}

export function Keyboard() {
  const all = useWords();
  const said = useRoom(choices).keys;
  const [query, setQuery] = useState('');
  const [recording, setRecording] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  const [note, setNote] = useState('');
  const keys = useSettings((s) => s.keys);
  const wanted = fold(query).trim();
  const text = (c: Command) => fold(`${c.label(all)} ${shownOf(c).map((k) => shown(k, onMac)).join(' ')}`);
  const here = bindable.filter((c) => text(c).includes(wanted));

  useEffect(() => void meetKept(), []);
  /** The recorder also lets go when the question below takes the focus. */
  const record = (command: Command, on: boolean) => {
    if (on) setAsked(undefined);
    setRecording(on ? command.id : undefined);
  };
  const back = (command: Command) => {
    setRecording(undefined);
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`.keyboard [data-command="${command.id}"] .add`)?.focus());
  };
  const take = ({ command, chord, owners }: Asked) => {
    bind(command, chord, owners);
    setAsked(undefined);
    setNote([said.bound(shown(chord, onMac), command.label(all)), ...owners.map((o) => said.freed(command.label(all), o.label(all)))].join(' '));
    back(command);
  };
  const heard = (command: Command) => (e: globalThis.KeyboardEvent) => {
    if (/^(Control|Shift|Alt|Meta|AltGraph)$/.test(e.key)) return; // more is to come
    const chord = chordOf(e);
    if (chord === undefined) return setNote(said.odd);
    const taken = takenBy(chord);
    const name = shown(chord, onMac);
    if (taken) return setNote(said[taken](name));
    if (ownersOf(e, [command]).length) setNote(said.same(name));
    const owners = ownersOf(e, bindable, command);
    if (ownersOf(e, [command]).length) back(command);
    else if (owners.length) {
      setNote('');
      setAsked({ command, chord, owners });
    } else take({ command, chord, owners });
  };
  const putAllBack = async () => {
    const answer = await confirm(said.resetTitle, said.resetText, [
      { value: 'no', label: wordsNow().app.cancel }, { value: 'yes', label: said.resetAll, main: true },
    ]);
    if (answer === 'yes') resetAll();
  };
  const owner = asked?.owners.map((o) => o.label(all)).join(', ') ?? '';
  return (
    <>
      <div className="keyboard-head">
        <div className="keyboard-tools">
          <input className="search" role="searchbox" data-focus value={query} placeholder={said.search} aria-label={said.search} onChange={(e) => setQuery(e.target.value)} />
          <button className="plain" disabled={!Object.keys(keys).length} onClick={() => void putAllBack()}>
            {said.resetAll}
          </button>
        </div>
        <div className="keyboard-says" role="status">
          {asked ? (
            <>
              <span>{said.conflict(shown(asked.chord, onMac), owner)}</span>
              <button className="main" autoFocus onClick={() => take(asked)}>
                {said.replace(owner)}
              </button>
              <button className="plain" onClick={() => (setAsked(undefined), back(asked.command))}>
                {all.app.cancel}
              </button>
            </>
          ) : (
            note || said.kept
          )}
        </div>
      </div>
      <table className="keyboard">
        <thead>
          <tr>
            <th scope="col">{said.command}</th>
            <th scope="col">{said.keys}</th>
          </tr>
        </thead>
        <tbody>
          {here.map((c) => (
            <Row key={c.id} command={c} recording={recording === c.id} heard={heard(c)} record={(on) => record(c, on)} />
          ))}
        </tbody>
      </table>
      {!here.length && <p className="nothing">{said.nothing}</p>}
    </>
  );
}
