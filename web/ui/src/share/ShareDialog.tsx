// A workflow leaves the editor: as a bundle, as a picture that carries it, as JSON; with a word on what is in it.
import { useEffect, useId, useRef, useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import type { Opened } from '../app/documents.ts';
import { say } from '../app/toasts.ts';
import { bytes } from '../i18n/format.ts';
import { roomWords, useRoom } from '../i18n/room.ts';
import { useWords } from '../i18n/words.ts';
import { share } from '../i18n/words/share.ts';
import { keyOf, viewOf, type OutputFile } from '../net/files.ts';
import { whyOf } from '../net/http.ts';
import { Inside } from './Inside.tsx';
import { askInside, keep, KINDS, makeFile, readKept, type About, type Inside as What, type Kind } from './pack.ts';
import { getLastPictures } from './pictures.ts';
import '../style/share.css';

const LICENCES = ['CC0 1.0', 'CC BY 4.0', 'CC BY-SA 4.0', 'CC BY-NC 4.0', 'MIT'];
const QUICK = 1e9; // bytes that are read for fingerprints without being asked for

function Kinds({ kind, choose }: { kind: Kind; choose: (kind: Kind) => void }) {
  const words = useRoom(share);
  const name = useId();
  return (
    <fieldset className="kinds">
      <legend>{words.as}</legend>
      <div className="chips">
        {KINDS.map((k) => (
          <label key={k}>
            <input type="radio" name={name} checked={kind === k} data-focus={kind === k || undefined} onChange={() => choose(k)} />
            {words.kinds[k]}
          </label>
        ))}
      </div>
      <p className="hint">{words.about[kind]}</p>
    </fieldset>
  );
}

function Pictures({ all, chosen, choose }: { all: readonly OutputFile[]; chosen: OutputFile | undefined; choose: (file?: OutputFile) => void }) {
  const words = useRoom(share);
  const name = useId();
  if (!all.length) return null;
  return (
    <fieldset className="pictures">
      <legend>{words.picture}</legend>
      {all.map((file, i) => (
        <label key={keyOf(file)} title={words.result(i + 1)}>
          <input type="radio" name={name} checked={chosen === file} aria-label={words.result(i + 1)} onChange={() => choose(file)} />
          <img src={viewOf(file, 128)} alt="" width={64} height={64} decoding="async" />
        </label>
      ))}
      <label title={words.graph}>
        <input type="radio" name={name} checked={chosen === undefined} onChange={() => choose(undefined)} />
        <span className="drawn">{words.graph}</span>
      </label>
    </fieldset>
  );
}

function Fields({ about, change }: { about: About; change: (about: About) => void }) {
  const words = useRoom(share);
  const list = useId();
  const field = (key: keyof About, label: string, more: object = {}) => (
    <label className="field">
      {label}
      <input value={about[key]} maxLength={90} spellCheck={false} onChange={(e) => change({ ...about, [key]: e.target.value })} {...more} />
    </label>
  );
  return (
    <div className="fields">
      {field('title', words.name)}
      {field('author', words.author, { autoComplete: 'name' })}
      {field('licence', words.licence, { list, placeholder: words.licenceHint })}
      <datalist id={list}>
        {LICENCES.map((l) => (
          <option key={l} value={l} />
        ))}
      </datalist>
    </div>
  );
}

/** What would be in it; a text is why that is not known. */
function useInside(at: Opened): [What | string | undefined, () => void] {
  const [inside, setInside] = useState<What | string>();
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let gone = false;
    askInside(at).then((what) => !gone && setInside(what), (e: unknown) => !gone && setInside(whyOf(e)));
    return () => void (gone = true);
  }, [at, times]);
  return [inside, () => (setInside(undefined), setTimes(times + 1))];
}

export function ShareDialog({ at, close }: { at: Opened; close: () => void }) {
  const { cancel } = useWords().app;
  const words = useRoom(share);
  const first = useRef(readKept());
  const pictures = useRef(getLastPictures(at.doc.uid));
  const [kind, setKind] = useState<Kind>(first.current.kind);
  const [about, setAbout] = useState<About>({ title: at.name, author: first.current.author, licence: first.current.licence });
  const [picture, setPicture] = useState<OutputFile | undefined>(pictures.current[0]);
  const [wanted, setWanted] = useState<boolean>();
  const [packing, setPacking] = useState(false);
  const [fault, setFault] = useState<string>();
  const [inside, again] = useInside(at);

  const known = typeof inside === 'object' ? inside : undefined;
  const toRead = (known?.models ?? []).reduce((sum, m) => sum + (m.here ? m.bytes : 0), 0);
  const digests = wanted ?? toRead <= QUICK;
  const make = async () => {
    setPacking(true);
    setFault(undefined);
    keep({ kind, author: about.author, licence: about.licence });
    try {
      const name = await makeFile(at, kind, about, kind === 'json' ? undefined : picture, digests);
      say((w) => roomWords(share, w).done(name));
      close();
    } catch (e) {
      setFault(whyOf(e));
      setPacking(false);
    }
  };
  const foot = (
    <>
      {fault !== undefined && (
        <p className="fault" role="alert">
          {words.failed(fault)}
        </p>
      )}
      <button className="plain" onClick={close}>
        {cancel}
      </button>
      <button className="main" disabled={packing || !known} aria-busy={packing} onClick={() => void make()}>
        {packing ? words.packing : words.save}
      </button>
    </>
  );
  return (
    <Dialog title={words.title(at.name)} kind="settings" close={close} foot={foot}>
      <div className="share">
        <Kinds kind={kind} choose={setKind} />
        {kind !== 'json' && <Pictures all={pictures.current} chosen={picture} choose={setPicture} />}
        {kind === 'bundle' && <Fields about={about} change={setAbout} />}
        {kind === 'bundle' && toRead > 0 && (
          <label className="digests">
            <input type="checkbox" checked={digests} onChange={(e) => setWanted(e.target.checked)} />
            {words.digests(bytes(toRead))}
          </label>
        )}
        {inside === undefined && <p className="hint" role="status">{words.looking}</p>}
        {typeof inside === 'string' && (
          <p className="fault" role="alert">
            {words.failed(inside)} <button className="text" onClick={again}>{words.again}</button>
          </p>
        )}
        {known && <Inside of={known} kind={kind} />}
      </div>
    </Dialog>
  );
}
