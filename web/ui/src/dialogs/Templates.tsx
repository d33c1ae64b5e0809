// The workflows that come with limn, each with what it paints and what it needs.
import { useEffect, useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { Icon } from '../app/Icon.tsx';
import { match } from '../app/match.ts';
import { useSettings } from '../app/settings.ts';
import { loadTemplates, openTemplate, pictureOf, useTemplates, type Template } from '../app/templates.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useRoom } from '../i18n/room.ts';
import { share } from '../i18n/words/share.ts';
import { at } from '../net/http.ts';
import { followShared, useShared } from '../share/shared.ts';
import { SharedList } from '../share/SharedList.tsx';
import '../style/templates.css';

function Card({ template, close }: { template: Template; close: () => void }) {
  const words = useDialogWords().templates;
  const language = useSettings((s) => s.language);
  const here = useTemplates((s) => s.here);
  const missing = template.needs.filter((n) => !here.has(`${n.folder}/${n.name}`));
  const open = () => {
    close();
    void openTemplate(template, language);
  };
  return (
    <button className="card" onClick={open}>
      <img src={at(pictureOf(template)).href} alt="" loading="lazy" decoding="async" width={160} height={160} />
      <strong>{template.title[language]}</strong>
      <span>{template.description[language]}</span>
      <span className="needs" data-missing={missing.length > 0}>
        <Icon name={missing.length ? 'warning' : 'check'} />
        {missing.length ? words.missing(missing.map((m) => m.name).join(', ')) : words.ready(template.needs.length)}
      </span>
    </button>
  );
}

const SHARED = ':shared'; // beside the categories; no category is called so

export function Templates({ close }: { close: () => void }) {
  const words = useDialogWords().templates;
  const language = useSettings((s) => s.language);
  const { categories, templates, state, fault } = useTemplates();
  const [query, setQuery] = useState('');
  const [category, setCategory] = useState('');
  const said = useRoom(share);
  const isShared = useShared((s) => s.shared);

  useEffect(() => void loadTemplates(), []);
  useEffect(followShared, []);
  const fits = (t: Template) =>
    (!category || t.category === category) && match(query, `${t.title[language]} ${t.title.en} ${t.description[language]}`) > 0;
  const found = templates.filter(fits);
  const theirs = isShared && category === SHARED;
  const search = theirs ? said.search : words.search;
  return (
    <Dialog title={words.title} kind="wide" close={close}>
      <div className="choose">
        <input className="search" role="searchbox" data-focus value={query} placeholder={search} aria-label={search} onChange={(e) => setQuery(e.target.value)} />
        <div className="chips" role="group" aria-label={words.categories}>
          {[{ id: '', title: { en: words.all, zh: words.all } }, ...categories].map((c) => (
            <button key={c.id} aria-pressed={category === c.id} onClick={() => setCategory(c.id)}>
              {c.title[language]}
            </button>
          ))}
          {isShared && (
            <button aria-pressed={theirs} onClick={() => setCategory(SHARED)}>
              {said.shared}
            </button>
          )}
        </div>
      </div>
      {theirs && <SharedList query={query} close={close} />}
      {!theirs && state === 'failed' && <p role="alert">{words.failed(fault ?? '')}</p>}
      <div className="cards" hidden={theirs} aria-busy={state === 'loading'}>
        {found.map((t) => (
          <Card key={t.name} template={t} close={close} />
        ))}
      </div>
      {!theirs && state === 'ready' && !found.length && <p>{words.none}</p>}
    </Dialog>
  );
}
