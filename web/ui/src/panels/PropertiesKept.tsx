// The members of `properties`, by their keys: values as JSON, so that a text stays a text and a number a number.
import { useState, type FormEvent } from 'react';
import { Icon } from '../app/Icon.tsx';
import { say } from '../app/toasts.ts';
import { undoing } from '../app/undoing.ts';
import type { Document } from '../doc/document.ts';
import { parse, type Json, type JsonObject } from '../doc/json.ts';
import { propertiesOf, setProperty, sharedKeys, writtenAt } from '../doc/ops-properties.ts';
import { roomWords, useRoom } from '../i18n/room.ts';
import { properties as room } from '../i18n/words/properties.ts';
import { Entry } from './PropertiesEntry.tsx';

const LONG = 32; // letters of a value that gets lines of its own

/** Undefined: it is no JSON. */
function read(text: string): Json | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

interface Props {
  doc: Document;
  nodes: readonly JsonObject[];
}

function Add({ doc, nodes }: Props) {
  const words = useRoom(room);
  const [key, setKey] = useState('');
  const [text, setText] = useState('');
  const there = nodes.some((n) => Object.hasOwn(propertiesOf(n) ?? {}, key));
  const add = (e: FormEvent) => {
    e.preventDefault();
    if (key === '' || there) return;
    setProperty(doc, nodes, key, read(text) ?? text);
    setKey('');
    setText('');
  };
  return (
    <form className="add" onSubmit={add}>
      <input aria-label={words.key} placeholder={words.key} value={key} spellCheck={false} aria-invalid={there} onChange={(e) => setKey(e.target.value)} />
      <input aria-label={words.value} placeholder={words.value} value={text} spellCheck={false} onChange={(e) => setText(e.target.value)} />
      <button className="icon" aria-label={words.add} title={words.add} disabled={key === '' || there}>
        <Icon name="plus" />
      </button>
      {there && <p role="alert">{words.there}</p>}
    </form>
  );
}

export function Kept({ doc, nodes }: Props) {
  const words = useRoom(room);
  const keys = sharedKeys(nodes);
  const remove = (key: string) => {
    setProperty(doc, nodes, key, undefined);
    say((w) => roomWords(room, w).removed(key), undoing(doc));
  };
  const take = (key: string) => (text: string) => {
    const value = read(text);
    if (value === undefined) return false;
    setProperty(doc, nodes, key, value);
    return true;
  };
  return (
    <section aria-label={words.kept}>
      <h3>{words.kept}</h3>
      <p className="hint">{nodes.length > 1 ? words.keptShared : keys.length ? words.keptHint : words.nothing}</p>
      {keys.map((key) => {
        const value = writtenAt(nodes, key);
        return (
          <div className="kept" key={key}>
            <Entry label={key} value={value} kind={(value?.length ?? 0) > LONG ? 'lines' : 'text'} why={words.wrong} take={take(key)} />
            <button className="icon" aria-label={words.remove(key)} title={words.remove(key)} onClick={() => remove(key)}>
              <Icon name="close" />
            </button>
          </div>
        );
      })}
      <Add doc={doc} nodes={nodes} />
    </section>
  );
}
