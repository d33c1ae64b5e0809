// All classes there are: by category, or those that answer to a search. Enter or a double-click adds one, and so does dragging it.
import { useEffect, useId, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type MouseEvent } from 'react';
import { Icon } from '../app/Icon.tsx';
import { useActive } from '../app/documents.ts';
import { useSettings } from '../app/settings.ts';
import { addInSight, dragClass } from '../canvas/dropping.ts';
import { useDefs } from '../defs/defs.ts';
import { categoryTitle, classTitle, sentence } from '../defs/labels.ts';
import { withOwn } from '../defs/own.ts';
import { search } from '../defs/search.ts';
import { parentOf, rowsOfTree, treeOf, type TreeRow } from '../defs/tree.ts';
import { noteUse, usesOf } from '../defs/uses.ts';
import { useWords } from '../i18n/words.ts';
import '../style/nodes.css';

const MOST = 300;
const coarse = matchMedia('(pointer: coarse)');

/** Some browsers do not say what clicked. */
function byTouch(e: MouseEvent) {
  const { pointerType } = e.nativeEvent as PointerEvent;
  return pointerType ? pointerType === 'touch' : coarse.matches;
}

function Row({ row, id, at, point, take }: { row: TreeRow; id: string; at: boolean; point: () => void; take: () => void }) {
  const words = useWords().defs;
  const naming = useSettings((s) => s.naming);
  const drag = (e: DragEvent) => row.kind === 'class' && dragClass(e.dataTransfer, row.def.name);
  const common = { id, role: 'treeitem', 'aria-level': row.level, 'aria-selected': at, style: { paddingLeft: 8 + 14 * (row.level - 1) } };
  if (row.kind === 'branch')
    return (
      <li {...common} aria-expanded={row.open} className="branch" onClick={() => (point(), take())}>
        <Icon name={row.open ? 'down' : 'chevron'} />
        <span className="label">{categoryTitle(row.branch.name, naming) || words.other}</span>
        <span className="note">{row.branch.count}</span>
      </li>
    );
  const title = classTitle(row.def, naming);
  return (
    <li {...common} className="class" draggable title={[title, row.def.name, sentence(row.def.doc, naming)].join('\n')} onDragStart={drag} onClick={(e) => (point(), byTouch(e) && take())} onDoubleClick={(e) => byTouch(e) || take()}>
      <span className="label">{title}</span>
      {title !== row.def.title && <span className="note" lang="en">{row.def.title}</span>}
    </li>
  );
}

/** The rows that are shown, and which categories are open. */
function useRows(query: string) {
  const defs = withOwn(useDefs((s) => s.defs));
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const tree = useMemo(() => treeOf(defs), [defs]);
  const rows: TreeRow[] = query.trim() === ''
    ? rowsOfTree(tree, open)
    : search(defs, { query, uses: usesOf() }).slice(0, MOST).map((def) => ({ kind: 'class', key: def.name, level: 1, def }));
  const turn = (path: string, on: boolean) => {
    const next = new Set(open);
    if (on) next.add(path);
    else next.delete(path);
    setOpen(next);
  };
  return { rows, turn };
}

function State() {
  const words = useWords().defs;
  const state = useDefs((s) => s.state);
  const says = { loading: words.loading, failed: words.noClasses, stale: words.stale, ready: '' }[state];
  return says ? <p className="says" role="status">{says}</p> : null;
}

export function Nodes() {
  const words = useWords().defs;
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const isOpen = useActive() !== undefined;
  const naming = useSettings((s) => s.naming);
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const [added, setAdded] = useState('');
  const { rows, turn } = useRows(query);
  const at = Math.min(chosen, rows.length - 1);

  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const take = (row: TreeRow | undefined) => {
    if (row?.kind === 'branch') turn(row.branch.path, !row.open);
    else if (row && isOpen) {
      noteUse(row.def.name);
      addInSight(row.def.name);
      setAdded(classTitle(row.def, naming));
    }
  };
  const aside = (row: TreeRow | undefined, on: boolean) => {
    if (row?.kind === 'branch' && row.open !== on) turn(row.branch.path, on);
    else if (on && row?.kind === 'branch') setChosen(at + 1);
    else if (!on) setChosen(parentOf(rows, at));
  };
  const keys = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    const typing = e.target instanceof HTMLInputElement;
    const steps: Record<string, () => void> = {
      ArrowDown: () => setChosen(Math.min(rows.length - 1, at + 1)),
      ArrowUp: () => setChosen(Math.max(0, at - 1)),
      Enter: () => take(rows[at]),
      ...(typing ? {} : {
        ArrowRight: () => aside(rows[at], true),
        ArrowLeft: () => aside(rows[at], false),
        Home: () => setChosen(0),
        End: () => setChosen(rows.length - 1),
      }),
    };
    const step = steps[e.key];
    if (!step) return;
    e.preventDefault();
    e.stopPropagation();
    step();
  };
  return (
    <div className="nodes" onKeyDown={keys}>
      <input
        type="search"
        className="node-search"
        aria-label={words.searchPanel}
        placeholder={words.searchPanel}
        value={query}
        spellCheck={false}
        aria-controls={id}
        onChange={(e) => (setQuery(e.target.value), setChosen(0))}
      />
      <State />
      <ul ref={list} id={id} role="tree" aria-label={words.panel} tabIndex={0} aria-activedescendant={rows[at] ? `${id}-${at}` : undefined} hidden={!rows.length}>
        {rows.map((row, n) => (
          <Row key={row.key} row={row} id={`${id}-${n}`} at={n === at} point={() => setChosen(n)} take={() => take(row)} />
        ))}
      </ul>
      {rows.length === 0 && query.trim() !== '' && <p className="says">{words.none}</p>}
      <p className="hint" role="status">{added ? words.added(added) : coarse.matches ? words.tapHint : words.panelHint}</p>
    </div>
  );
}
