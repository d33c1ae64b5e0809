// The files of a kind, as rows or as cards: thousands of them, of which those in sight are on the page. One stop of the Tab key.
import { useLayoutEffect, type KeyboardEvent, type RefObject } from 'react';
import { useSight } from '../app/sight.ts';
import { bytes } from '../i18n/format.ts';
import { useRoom } from '../i18n/room.ts';
import { models as room } from '../i18n/words/models.ts';
import { copy } from './copy.ts';
import { dragModel } from './drag.ts';
import { idOf, type Model } from './list.ts';
import { Picture } from './Picture.tsx';
import { badgeOf, bareOf, cardsIn, folderOf, GAP, ROW, windowOf } from './shown.ts';
import { addLoader, giveModel } from './use.ts';

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

function Entry({ model, id, index, count, chosen, used, cards, place, point, take }: {
  model: Model;
  id: string;
  index: number;
  count: number;
  chosen: boolean;
  used: boolean;
  cards: boolean;
  place: Place;
  point: () => void;
  take: () => void;
}) {
  const words = useRoom(room);
  const folder = folderOf(model.name);
  const says = [bytes(model.bytes), badgeOf(model), model.pictures ? words.made(model.pictures) : ''].filter(Boolean);
  return (
    <div
      id={id}
      role="option"
      className="model"
      aria-selected={chosen}
      aria-setsize={count}
      aria-posinset={index + 1}
      title={model.name}
      draggable
      style={{ transform: `translate(${place.x}px, ${place.y}px)`, width: place.width, height: place.height }}
      onDragStart={(e) => (point(), dragModel(e.dataTransfer, model))}
      onClick={point}
      onDoubleClick={take}
    >
      <Picture model={model} side={cards ? 320 : 96} />
      <span className="text">
        <span className="name">
          {used && <i className="used" title={words.used} />}
          <span>{bareOf(model.name)}</span>
        </span>
        <span className="says">
          {says.join(' · ')}
          {folder && <span className={cards ? 'unseen' : 'folder'}> · {folder}</span>}
          {used && <span className="unseen">, {words.used}</span>}
        </span>
      </span>
    </div>
  );
}

interface Props {
  models: readonly Model[];
  label: string;
  chosen: string | undefined;
  used: ReadonlySet<string>;
  cards: boolean;
  old: boolean; // it is not certain that they are there still
  list: RefObject<HTMLDivElement | null>;
  choose: (id: string) => void;
  leave: (letter: boolean) => void; // to the field that looks for something
}

export function ModelList({ models, label, chosen, used, cards, old, list, choose, leave }: Props) {
  const { top, width, height, text } = useSight(list);
  const { columns, height: rowHeight } = cards ? cardsIn(width, text) : { columns: 1, height: ROW * text };
  const { rows, first, last } = windowOf(models.length, columns, rowHeight, top, height);
  const found = models.findIndex((m) => idOf(m) === chosen);
  const at = Math.max(0, found);
  const idAt = (i: number) => `model-${i}`;
  const cardWidth = Math.floor((width - GAP * (columns - 1)) / columns);
  const placeOf = (i: number): Place => ({
    x: (i % columns) * (cardWidth + GAP), y: Math.floor(i / columns) * rowHeight, width: cards ? cardWidth : width, height: rowHeight - (cards ? GAP : 0),
  });

  /** What is chosen stays in sight, whoever chose it. */
  useLayoutEffect(() => {
    const it = list.current;
    if (!it || found < 0) return;
    const from = Math.floor(found / columns) * rowHeight;
    if (from < it.scrollTop) it.scrollTop = from;
    else if (from + rowHeight > it.scrollTop + it.clientHeight) it.scrollTop = from + rowHeight - it.clientHeight;
  }, [found, columns, rowHeight, list]);

  const go = (to: number) => {
    const model = models[Math.max(0, Math.min(models.length - 1, to))];
    if (model) choose(idOf(model));
  };
  const keys = (e: KeyboardEvent) => {
    const page = columns * Math.max(1, Math.floor(height / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: columns, ArrowUp: -columns, ...(cards ? { ArrowRight: 1, ArrowLeft: -1 } : {}), PageDown: page, PageUp: -page, Home: -at, End: models.length - 1 - at,
    };
    const by = steps[e.key];
    const model = models[found];
    const plain = !e.ctrlKey && !e.metaKey && !e.altKey;
    if (e.nativeEvent.isComposing) return;
    if (plain && e.key === 'ArrowUp' && at < columns && found >= 0) leave(false);
    else if (plain && by !== undefined) go(found < 0 ? 0 : at + by);
    else if (plain && e.key === 'Enter' && model) e.shiftKey ? addLoader(model) : giveModel(model);
    else if (!plain && e.key.toLowerCase() === 'c' && model) void copy(model.name);
    else if (e.key === 'Escape') leave(false);
    else if (plain && e.key.length === 1 && e.key !== ' ') return leave(true); // the letter goes there
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div
      ref={list}
      className="model-list"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={found >= first && found < last ? idAt(found) : undefined}
      data-cards={cards}
      data-old={old}
      onKeyDown={keys}
      onFocus={() => found < 0 && models[0] && choose(idOf(models[0]))}
    >
      <div role="presentation" className="whole" style={{ height: rows * rowHeight }}>
        {models.slice(first, last).map((model, i) => (
          <Entry
            key={idOf(model)}
            model={model}
            id={idAt(first + i)}
            index={first + i}
            count={models.length}
            chosen={first + i === found}
            used={used.has(model.name)}
            cards={cards}
            place={placeOf(first + i)}
            point={() => choose(idOf(model))}
            take={() => giveModel(model)}
          />
        ))}
      </div>
    </div>
  );
}
