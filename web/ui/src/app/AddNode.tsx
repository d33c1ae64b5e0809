// The list of nodes to add: in the middle of the page with what each takes and gives, or small beside a link that was let go of.
import { useEffect, useId, useLayoutEffect, useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent } from 'react';
import type { NodeDef } from '../defs/def.ts';
import { useDefs } from '../defs/defs.ts';
import { categoryTitle, classTitle } from '../defs/labels.ts';
import { withOwn } from '../defs/own.ts';
import { search, type Wanted } from '../defs/search.ts';
import { noteUse, usesOf } from '../defs/uses.ts';
import type { Words } from '../i18n/languages.ts';
import { useWords } from '../i18n/words.ts';
import { Icon } from './Icon.tsx';
import { NodePreview } from './NodePreview.tsx';
import { useSettings } from './settings.ts';
import '../style/addnode.css';

const MOST = 200; // rows
const FEW = 9; // in the small list, before somebody types
const SMALL = { width: 340, height: 400 };

interface Props {
  wanted: readonly Wanted[];
  fit?: ((def: NodeDef) => boolean) | undefined; // only such
  onPoint?: (() => void) | undefined; // a point in place of a node
  /** A point of the page: the small list stands there. Without: the large one. */
  at?: { x: number; y: number } | undefined;
  /** `stay`: another one will follow. */
  onPick: (def: NodeDef, stay: boolean) => void;
  onClose: () => void;
}

function titleOf(wanted: readonly Wanted[], words: Words['defs']): string {
  const [one, two, three] = wanted;
  if (!one) return words.add;
  if (two) return words.addBetween(wanted.at(-1)?.type ?? '', three && one.type);
  return one.direction === 'out' ? words.addTo(one.type) : words.addFrom(one.type);
}

function allOf(n: number, [one, two]: readonly Wanted[], words: Words['defs']): string {
  return !one || two ? words.all(n) : one.direction === 'out' ? words.allTo(n, one.type) : words.allFrom(n, one.type);
}

function beside({ x, y }: { x: number; y: number }): CSSProperties {
  const left = Math.max(8, Math.min(x, innerWidth - SMALL.width - 8));
  return { left, top: Math.max(8, Math.min(y, innerHeight - SMALL.height - 8)), width: Math.min(SMALL.width, innerWidth - 16), maxHeight: SMALL.height };
}

function Row({ def, id, active, pick, point }: { def: NodeDef; id: string; active: boolean; pick: (e: { shiftKey: boolean }) => void; point: () => void }) {
  const words = useWords().defs;
  const naming = useSettings((s) => s.naming);
  const title = classTitle(def, naming);
  const used = usesOf().get(def.name) ?? 0;
  return (
    <li id={id} role="option" aria-selected={active} onClick={pick} onPointerMove={() => active || point()}>
      <span className="title">{title}</span>
      {naming === 'zh' && title !== def.title && <span className="other" lang="en">{def.title}</span>}
      {used > 0 && <span className="used" title={words.used(used)}>{used}</span>}
      <span className="category">{categoryTitle(def.category, naming)}</span>
    </li>
  );
}

/** What was found, and where one is in it. */
function useFound(wanted: readonly Wanted[], query: string, large: boolean, fit: Props['fit']) {
  const defs = useDefs((s) => s.defs);
  const found = search(withOwn(defs), { query, wanted, uses: usesOf() });
  const all = fit ? found.filter(fit) : found;
  const shown = all.slice(0, large || query.trim() !== '' ? MOST : FEW);
  return { all, shown };
}

export function AddNode({ wanted, fit, onPoint, at, onPick, onClose }: Props) {
  const words = useWords().defs;
  const state = useDefs((s) => s.state);
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const [large, setLarge] = useState(at === undefined);
  const { all, shown } = useFound(wanted, query, large, fit);
  const label = titleOf(wanted, words);
  const more = { says: allOf(all.length, wanted, words), act: () => (setLarge(true), setChosen(0), box.current?.querySelector('input')?.focus()) };
  const rest = large ? [] : [ // behind the nodes
    ...(onPoint ? [{ says: words.point, act: () => (onPoint(), onClose()) }] : []),
    ...(all.length > shown.length ? [more] : []),
  ];
  const last = shown.length + rest.length - 1;
  const active = Math.min(chosen, last);

  useLayoutEffect(() => {
    const it = box.current;
    if (it && !it.open) it.showModal();
    return () => it?.close();
  }, []);
  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, query]);

  const pick = (n: number, stay: boolean) => {
    const def = shown[n];
    if (!def) return rest[n - shown.length]?.act();
    noteUse(def.name);
    onPick(def, stay);
    if (!stay) onClose();
  };
  const keys = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    const steps: Record<string, () => void> = {
      ArrowDown: () => setChosen(active >= last ? 0 : active + 1),
      ArrowUp: () => setChosen(active <= 0 ? last : active - 1),
      PageDown: () => setChosen(Math.min(last, active + 8)),
      PageUp: () => setChosen(Math.max(0, active - 8)),
      Enter: () => pick(active, e.shiftKey),
    };
    const step = steps[e.key];
    if (!step) return;
    e.preventDefault();
    step();
  };
  const outside = (e: PointerEvent) => e.target === box.current && onClose();
  const nothing = state === 'loading' ? words.loading : all.length === 0 && state === 'failed' ? words.noClasses : query.trim() ? words.none : words.noneFits;
  return (
    <dialog
      ref={box}
      className="add-node"
      data-large={large}
      style={!large && at ? beside(at) : undefined}
      aria-label={label}
      onCancel={(e) => (e.preventDefault(), onClose())}
      onPointerDown={outside}
      onKeyDown={keys}
    >
      <div className="search">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
          placeholder={large ? words.search : label}
          value={query}
          spellCheck={false}
          autoComplete="off"
          onChange={(e) => (setQuery(e.target.value), setChosen(0))}
        />
        <span className="count" role="status">{words.found(all.length)}</span>
      </div>
      <div className="found">
        <ul id={`${id}-list`} role="listbox" aria-label={label} tabIndex={-1} hidden={last < 0}>
          {shown.map((def, n) => (
            <Row key={def.name} def={def} id={`${id}-${n}`} active={n === active} pick={(e) => pick(n, e.shiftKey)} point={() => setChosen(n)} />
          ))}
          {rest.map(({ says, act }, n) => (
            <li key={says} id={`${id}-${shown.length + n}`} className="rest" role="option" aria-selected={shown.length + n === active} onClick={act} onPointerMove={() => setChosen(shown.length + n)}>
              <span className="title">{says}</span>
            </li>
          ))}
          {large && all.length > shown.length && <li role="presentation" className="none">{words.more(all.length - shown.length)}</li>}
        </ul>
        {shown.length === 0 && <p className="none">{nothing}</p>}
        {large && shown[active] && <NodePreview def={shown[active]} />}
      </div>
      {large && <p className="ways" aria-hidden="true">{words.ways.map((w) => <span key={w}>{w}</span>)}</p>}
    </dialog>
  );
}
