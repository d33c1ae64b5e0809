// The graph as rows, for who cannot use the canvas and for who wants to see all of it: every edit of the canvas is possible here.
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { offerNodesHere } from '../canvas/adding.ts';
import { reveal } from '../canvas/camera.ts';
import { showConnect } from '../canvas/connect-list.ts';
import { cutLinks, rename } from '../canvas/edit.ts';
import { EMPTY_SCENE, endOf } from '../canvas/scene.ts';
import { choose, toggle as toggleChosen } from '../canvas/select.ts';
import { useScene } from '../canvas/use-scene.ts';
import { useHand } from '../canvas/view.ts';
import { removeItems } from '../doc/ops-nodes.ts';
import { renameGroup } from '../doc/ops-groups.ts';
import type { At } from '../doc/wire.ts';
import { useActive } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { itemOf } from '../app/MenuBar.tsx';
import { Menu, type MenuItem } from '../app/Menu.tsx';
import { commands } from '../app/commands.ts';
import { useSettings } from '../app/settings.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { langOf } from '../i18n/lang.ts';
import { useWords } from '../i18n/words.ts';
import { Cell, Edit, setField } from './OutlineCell.tsx';
import { moveToGroup } from './outline-move.ts';
import { outlineRows, type OutlineRow } from './outline-rows.ts';
import '../style/panels.css';

const ROW = 1.75 * parseFloat(getComputedStyle(document.documentElement).fontSize); // as panels.css has it
const AIR = 8; // rows above and below those in sight

const toggled = (set: ReadonlySet<string>, key: string) => {
  const next = new Set(set);
  if (!next.delete(key)) next.add(key);
  return next;
};

const keyOf = (row: OutlineRow) => (row.kind === 'group' ? row.group.key : row.view.key);

export function Outline() {
  const words = useWords();
  const said = useDialogWords().outline;
  const at = useActive();
  const naming = useSettings((s) => s.naming);
  const scene = useScene(at?.doc, at?.path ?? []);
  const grid = useRef<HTMLDivElement>(null);
  const was = useRef<string>(undefined);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [here, setHere] = useState('');
  const [editing, setEditing] = useState<string>();
  const [from, setFrom] = useState(0);
  const [height, setHeight] = useState(600);
  const [menu, setMenu] = useState<{ x: number; y: number; row: OutlineRow }>();

  const rows = scene === EMPTY_SCENE ? [] : outlineRows({ scene, closed, opened, naming });
  const index = Math.max(0, rows.findIndex((r) => r.key === here));
  const first = Math.max(0, Math.floor(from / ROW) - AIR);
  const shown = rows.slice(first, Math.ceil((from + height) / ROW) + AIR);

  useEffect(() => {
    const it = grid.current;
    if (!it) return;
    const sized = new ResizeObserver(() => setHeight(it.clientHeight));
    sized.observe(it);
    return () => sized.disconnect();
  }, []);
  /** The row that the keyboard is at stays in sight, and keeps the focus. */
  useLayoutEffect(() => {
    const it = grid.current;
    const edited = was.current !== undefined; // the field that had the focus is gone
    was.current = editing;
    if (!it || !(edited || it.contains(document.activeElement)) || editing !== undefined) return;
    const top = index * ROW;
    if (top < it.scrollTop) it.scrollTop = top;
    else if (top + ROW > it.scrollTop + it.clientHeight) it.scrollTop = top + ROW - it.clientHeight;
    it.querySelector<HTMLElement>('[data-here="true"]')?.focus({ preventScroll: true });
  }, [index, here, editing, rows.length, first]);

  if (!at || !scene.doc || !scene.graph || !scene.defs) return <p className="outline nothing">{said.none}</p>;
  const where: At = { doc: scene.doc, graph: scene.graph, defs: scene.defs };

  const goTo = (row: OutlineRow | undefined, adding = false) => {
    if (!row) return;
    setHere(row.key);
    choose([...(adding ? at.selection : []), keyOf(row)]);
    if (row.kind !== 'group') useHand.setState({ focus: row.view.key });
  };
  const clicked = (row: OutlineRow, e: MouseEvent) => {
    if (e.target instanceof Element && e.target.matches('input, select, textarea')) return;
    if (!(e.ctrlKey || e.metaKey)) return goTo(row, e.shiftKey);
    setHere(row.key);
    toggleChosen(keyOf(row));
  };
  const toggle = (row: OutlineRow) => (row.kind === 'group' ? setClosed(toggled(closed, row.key)) : setOpened(toggled(opened, row.key)));
  const remove = (row: OutlineRow) => {
    const next = rows[index + 1] ?? rows[index - 1];
    if (row.kind === 'socket') return cutLinks(row.links);
    if (row.kind === 'field') return;
    removeItems(where, row.kind === 'group' ? { groups: [scene.groups.indexOf(row.group)] } : { nodes: [row.view.shape.id] });
    if (next) setHere(next.key);
  };
  const act = (row: OutlineRow) => {
    if (row.kind === 'socket') return showConnect(row.end);
    if (row.kind === 'field') {
      if (row.widget.def?.widget === 'boolean') return setField(where.doc, row, row.value === true ? 'false' : 'true');
      return setEditing(row.key);
    }
    goTo(row);
    reveal(row.kind === 'group' ? row.group : row.view);
  };
  const parentOf = (row: OutlineRow) => rows.slice(0, index).findLast((r) => r.level < row.level);
  const key = (e: KeyboardEvent) => {
    const row = rows[index];
    if (!row || editing !== undefined) return;
    if (e.key === 'ArrowDown') goTo(rows[Math.min(rows.length - 1, index + 1)], e.shiftKey);
    else if (e.key === 'ArrowUp') goTo(rows[Math.max(0, index - 1)], e.shiftKey);
    else if (e.key === 'Home') goTo(rows[0]);
    else if (e.key === 'End') goTo(rows.at(-1));
    else if (e.key === 'ArrowRight') row.open === false ? toggle(row) : row.open && goTo(rows[index + 1]);
    else if (e.key === 'ArrowLeft') row.open ? toggle(row) : goTo(parentOf(row));
    else if (e.key === ' ' && (e.ctrlKey || row.kind === 'node' || row.kind === 'group')) toggleChosen(keyOf(row));
    else if (e.key === 'Enter' || e.key === ' ') act(row);
    else if (e.key === 'F2' && (row.kind === 'node' || row.kind === 'group')) setEditing(row.key);
    else if (e.key === 'Delete' || e.key === 'Backspace') remove(row);
    else if (e.key === 'ContextMenu' || (e.key === 'F10' && e.shiftKey)) openMenu(row, e.currentTarget.querySelector('[data-here="true"]'));
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const openMenu = (row: OutlineRow, by: Element | null) => {
    const box = by?.getBoundingClientRect();
    goTo(row);
    setMenu({ x: box?.left ?? 0, y: box?.bottom ?? 0, row });
  };
  const items = (row: OutlineRow): MenuItem[] => {
    if (row.kind === 'socket')
      return [
        { label: said.connect, hint: 'Enter', run: () => showConnect(row.end) },
        { label: said.cut, hint: 'Delete', disabled: !row.links.length, run: () => cutLinks(row.links) },
      ];
    const socket = row.kind === 'field' ? row.view.shape.inputs.find((s) => s.widget === row.widget.name) : undefined;
    if (row.kind === 'field')
      return [
        { label: said.edit, hint: 'Enter', run: () => act(row) },
        ...(socket ? [{ label: said.connect, run: () => showConnect(endOf(row.view.shape, 'in', socket)) }] : []),
      ];
    const kind = row.kind === 'group' ? 'group' : 'node';
    const ofKind = commands.filter((c) => c.menu === kind && !/rename|delete/.test(c.id)).map((c) => itemOf(c, at, words));
    const toGroups = row.kind === 'group' ? [] : scene.groups.map((g, i): MenuItem => ({ label: said.moveTo(g.label), line: i === 0, run: () => moveToGroup(where, scene, row.view, g) }));
    return [
      { label: said.rename, hint: 'F2', run: () => setEditing(row.key) },
      ...(row.kind === 'group' ? [] : ofKind),
      ...toGroups,
      { label: said.remove, hint: 'Delete', line: true, run: () => remove(row) },
    ];
  };
  const renamed = (row: OutlineRow, text: string | undefined) => {
    setEditing(undefined);
    if (text === undefined || text === row.label) return;
    if (row.kind === 'group') renameGroup(where, scene.groups.indexOf(row.group), text);
    else if (row.kind === 'node') rename(row.view.key, text);
  };
  return (
    <div className="outline">
      <div className="tools">
        <button className="text" onClick={offerNodesHere}>
          <Icon name="plus" />
          {said.add}
        </button>
      </div>
      <div
        className="grid"
        role="treegrid"
        aria-label={said.label}
        aria-rowcount={rows.length}
        aria-colcount={2}
        aria-multiselectable
        ref={grid}
        onKeyDown={key}
        onScroll={(e) => setFrom(e.currentTarget.scrollTop)}
      >
        <div role="presentation" className="whole" style={{ height: rows.length * ROW }}>
          {shown.map((row, i) => (
            <div
              key={row.key}
              role="row"
              className="line"
              data-kind={row.kind}
              data-here={first + i === index}
              data-chosen={at.selection.has(row.key)}
              tabIndex={first + i === index ? 0 : -1}
              aria-level={row.level}
              aria-rowindex={first + i + 1}
              aria-expanded={row.open}
              aria-selected={at.selection.has(row.key)}
              style={{ transform: `translateY(${(first + i) * ROW}px)`, paddingLeft: 4 + (row.level - 1) * 14 }}
              onClick={(e) => clicked(row, e)}
              onDoubleClick={() => act(row)}
              onContextMenu={(e) => (e.preventDefault(), goTo(row), setMenu({ x: e.clientX, y: e.clientY, row }))}
            >
              <span role="gridcell" className="what" lang={langOf(row.label, naming)}>
                <span className="twist" onClick={() => row.open !== undefined && toggle(row)} data-open={row.open}>
                  {row.open !== undefined && <Icon name="chevron" />}
                </span>
                {editing === row.key && row.kind !== 'field' ? <Edit first={row.label} label={said.rename} done={(text) => renamed(row, text)} /> : row.label}
              </span>
              <span role="gridcell" className="cell">
                <Cell doc={where.doc} row={row} editing={editing === row.key} done={() => setEditing(undefined)} />
              </span>
            </div>
          ))}
        </div>
      </div>
      {menu && <Menu label={menu.row.label} at={menu} items={items(menu.row)} close={() => setMenu(undefined)} />}
    </div>
  );
}
