// The mask editor: as large as the page, with tools above and the picture below.
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent } from 'react';
import { confirm } from '../app/confirm.ts';
import { Icon } from '../app/Icon.tsx';
import { percent } from '../i18n/format.ts';
import { nameOf } from '../net/files.ts';
import '../style/mask.css';
import { share } from './mask.ts';
import { endMasking, useMasking, type Masking } from './masking.ts';
import { whyOf } from '../net/http.ts';
import { loadPicture, saveMask } from './picture.ts';
import { LEAST_SIZE, MOST_SIZE, newSession, resize, TOOLS, useHand, type Session, type Tool } from './session.ts';
import { Surface } from './Surface.tsx';
import { useRoom } from '../i18n/room.ts';
import { mask } from '../i18n/words/mask.ts';

const KEYS: Record<string, Tool> = { b: 'brush', e: 'erase', r: 'rect', l: 'lasso', f: 'fill' };

type Loaded = { is: 'loading' } | { is: 'failed'; why: string } | { is: 'there'; session: Session };

function useLoaded({ file }: Masking): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ is: 'loading' });
  useEffect(() => {
    let wanted = true;
    loadPicture(file).then(
      (picture) => wanted && setLoaded({ is: 'there', session: newSession(picture) }),
      (e) => wanted && setLoaded({ is: 'failed', why: whyOf(e) }),
    );
    return () => void (wanted = false);
  }, [file]);
  return loaded;
}

interface RangeProps {
  label: string;
  value: number;
  least: number;
  most: number;
  step: number;
  change: (value: number) => void;
}

function Range({ label, value, least, most, step, change }: RangeProps) {
  return (
    <label>
      {label}
      <input type="range" min={least} max={most} step={step} value={value} onChange={(e) => change(e.currentTarget.valueAsNumber)} />
      <output>{value}</output>
    </label>
  );
}

function Tools({ session }: { session: Session }) {
  const words = useRoom(mask);
  const hand = useHand();
  return (
    <div className="mask-tools">
      <div role="radiogroup" aria-label={words.tools} className="hands">
        {TOOLS.map((tool) => (
          <button key={tool} role="radio" aria-checked={hand.tool === tool} onClick={() => useHand.setState({ tool })}>
            {words.tool[tool]} <kbd>{tool[0]?.toUpperCase()}</kbd>
          </button>
        ))}
      </div>
      <Range label={words.size} value={hand.size} least={LEAST_SIZE} most={MOST_SIZE} step={1} change={(size) => useHand.setState({ size })} />
      <Range label={words.hardness} value={hand.hardness} least={0} most={1} step={0.05} change={(hardness) => useHand.setState({ hardness })} />
      <span className="joined">
        <Range label={words.feather} value={hand.feather} least={1} most={64} step={1} change={(feather) => useHand.setState({ feather })} />
        <button className="plain" onClick={session.feather}>{words.apply}</button>
      </span>
      <span className="joined">
        <button className="icon" aria-label={words.undo} title={`${words.undo} (Ctrl+Z)`} disabled={!session.canUndo()} onClick={session.undo}>
          <Icon name="undo" />
        </button>
        <button className="icon" aria-label={words.redo} title={`${words.redo} (Ctrl+Y)`} disabled={!session.canRedo()} onClick={session.redo}>
          <Icon name="redo" />
        </button>
        <button className="plain" onClick={session.clear}>{words.clear}</button>
        <button className="plain" onClick={session.invert}>{words.invert}</button>
      </span>
    </div>
  );
}

/** Undefined: the key is not one of the editor's. */
function keyOf(e: KeyboardEvent, session: Session): (() => void) | undefined {
  const key = e.key.toLowerCase();
  if (e.ctrlKey || e.metaKey)
    return key === 'y' || (key === 'z' && e.shiftKey) ? session.redo : key === 'z' ? session.undo : undefined;
  const tool = KEYS[key];
  if (tool) return () => useHand.setState({ tool });
  return { '[': () => resize(1 / 1.25), ']': () => resize(1.25), i: session.invert }[key];
}

/** Space is held: the pointer moves the picture. */
function useSpace() {
  const [space, setSpace] = useState(false);
  return { space, down: () => setSpace(true), up: (e: KeyboardEvent) => e.key === ' ' && setSpace(false) };
}

function Editing({ session }: { session: Session }) {
  const words = useRoom(mask);
  const { space, down, up } = useSpace();
  const keys = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    const onButton = e.target instanceof HTMLButtonElement;
    const does = e.key === ' ' && !onButton ? down : keyOf(e, session);
    if (!does) return;
    e.preventDefault();
    does();
  };
  const version = useSyncExternalStore(session.subscribe, session.version);
  const covered = useMemo(() => share(session.mask), [session, version]);
  return (
    <div className="editing" tabIndex={-1} data-focus onKeyDown={keys} onKeyUp={up}>
      <Tools session={session} />
      <Surface session={session} space={space} />
      <p className="hint">
        <span role="status">{words.covers(percent(covered))}</span>
        <span>{words.hint}</span>
      </p>
    </div>
  );
}

export function MaskEditor() {
  const words = useRoom(mask);
  const now = useMasking((s) => s.now) as Masking;
  const loaded = useLoaded(now);
  const box = useRef<HTMLDialogElement>(null);
  const [saving, setSaving] = useState(false);
  const [fault, setFault] = useState('');

  useLayoutEffect(() => {
    const it = box.current;
    if (it && !it.open) it.showModal();
    return () => it?.close();
  }, []);
  useEffect(() => box.current?.querySelector<HTMLElement>('[data-focus]')?.focus(), [loaded.is]);
  const save = async () => {
    if (loaded.is !== 'there' || saving) return;
    setSaving(true);
    try {
      now.saved(await saveMask(now.file, loaded.session.mask));
      endMasking();
    } catch (e) {
      setFault(whyOf(e));
      setSaving(false);
    }
  };
  const painted = () => loaded.is === 'there' && loaded.session.canUndo();
  /** What was painted is asked about once. */
  const leave = async () => {
    const choices = [{ value: 'leave', label: words.discard, risky: true }, { value: 'stay', label: words.stay, main: true }];
    if (!painted() || (await confirm(words.leave, words.leaveText, choices)) === 'leave') endMasking();
  };
  const cancel = () => (loaded.is === 'there' && loaded.session.abort() ? undefined : void leave());
  /** Browsers close a dialog at a second Escape without asking: what was painted stays. */
  const closed = () => {
    if (!painted() || !useMasking.getState().now) return endMasking();
    for (const above of document.querySelectorAll<HTMLDialogElement>('.dialog[open]')) above.close(); // it would be below
    box.current?.showModal();
  };
  const enter = (e: KeyboardEvent) => e.key === 'Enter' && !(e.target instanceof HTMLButtonElement) && void save();
  return (
    <dialog className="mask-editor" ref={box} aria-label={words.title(nameOf(now.file))} onKeyDown={enter} onCancel={(e) => (e.preventDefault(), cancel())} onClose={closed}>
      <header>
        <h2>{words.title(nameOf(now.file))}</h2>
        {loaded.is === 'there' && <span className="sizes">{`${loaded.session.mask.width} × ${loaded.session.mask.height}`}</span>}
        {fault && <span role="alert">{words.notSaved(fault)}</span>}
        <button className="plain" onClick={cancel}>{words.cancel} <kbd>Esc</kbd></button>
        <button className="main" disabled={loaded.is !== 'there' || saving} onClick={() => void save()}>
          {saving ? words.saving : words.save} <kbd>Enter</kbd>
        </button>
      </header>
      {loaded.is === 'there' ? <Editing session={loaded.session} /> : (
        <p className="wait" role="status">{loaded.is === 'failed' ? words.failed(loaded.why) : words.loading}</p>
      )}
    </dialog>
  );
}
