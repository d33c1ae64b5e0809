// The open documents, a tab each: their names, and a mark on what is not saved.
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useWords } from '../i18n/words.ts';
import { close } from './close.ts';
import { activate, activateAt, activateNext, newDocument, useDocuments, useVersion, type Opened } from './documents.ts';
import { Icon } from './Icon.tsx';
import { useKeptFocus } from './kept-focus.ts';

function Tab({ at, chosen }: { at: Opened; chosen: boolean }) {
  const words = useWords().app.tabs;
  const tab = useRef<HTMLButtonElement>(null);
  useVersion(at.doc);
  const unsaved = at.doc.dirtySince !== undefined;

  useEffect(() => {
    if (chosen) tab.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [chosen]);
  const key = (e: KeyboardEvent) => {
    if (e.key === 'Delete') void close(at);
    else if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') activateNext(e.key === 'ArrowRight' ? 1 : -1);
    else if (e.key === 'Home') activateAt(0);
    else return;
    e.preventDefault();
  };
  return (
    <div className="tab" role="presentation" data-chosen={chosen} onAuxClick={(e) => e.button === 1 && void close(at)}>
      <button
        ref={tab}
        role="tab"
        aria-selected={chosen}
        aria-label={unsaved ? words.unsaved(at.name) : at.name}
        tabIndex={chosen ? 0 : -1}
        title={at.file?.path ?? at.name}
        onClick={() => activate(at.doc.uid)}
        onKeyDown={key}
      >
        {at.name}
      </button>
      <button className="icon" aria-hidden="true" tabIndex={-1} data-unsaved={unsaved} title={words.close(at.name)} onClick={() => void close(at)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

export function Tabs() {
  const words = useWords().app;
  const { opened, active } = useDocuments();
  const list = useRef<HTMLDivElement>(null);

  useKeptFocus(list, '[role="tab"]', '.empty button');
  useEffect(() => {
    if (list.current?.contains(document.activeElement)) list.current.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }, [active]);
  return (
    <div className="tabs">
      {opened.length > 0 && (
        <div className="list" role="tablist" aria-label={words.tabs.label} ref={list}>
          {opened.map((at) => (
            <Tab key={at.doc.uid} at={at} chosen={at.doc.uid === active} />
          ))}
        </div>
      )}
      <button className="icon" aria-label={words.tabs.new} title={words.tabs.new} onClick={() => newDocument(words.untitled)}>
        <Icon name="plus" />
      </button>
    </div>
  );
}
