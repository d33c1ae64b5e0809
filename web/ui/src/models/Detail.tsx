// What is known of the chosen model, and what can be done with it.
import { Icon, type IconName } from '../app/Icon.tsx';
import { reveal } from '../canvas/camera.ts';
import type { Scene } from '../canvas/scene.ts';
import { choose, focusOn } from '../canvas/select.ts';
import { useDefs } from '../defs/defs.ts';
import { usesOf } from '../defs/uses.ts';
import { bytes } from '../i18n/format.ts';
import { useRoom } from '../i18n/room.ts';
import { useWords } from '../i18n/words.ts';
import { models as room } from '../i18n/words/models.ts';
import { copy } from './copy.ts';
import { EMBEDDINGS, loaderFor } from './folders.ts';
import type { Model } from './list.ts';
import { Picture } from './Picture.tsx';
import { bareOf } from './shown.ts';
import { addLoader, giveModel, nameOfTarget, targetsFor, usersOf } from './use.ts';

function Words({ label, words }: { label: string; words: readonly string[] }) {
  const said = useRoom(room);
  if (!words.length) return null;
  return (
    <div className="words" role="group" aria-label={label}>
      <span className="of">{label}</span>
      {words.map((word) => (
        <button key={word} className="word" title={said.copyWord(word)} onClick={() => void copy(word)}>
          {word}
        </button>
      ))}
      {words.length > 1 && (
        <button className="icon" aria-label={`${said.copyWords}: ${label}`} title={said.copyWords} onClick={() => void copy(words.join(', '))}>
          <Icon name="copy" />
        </button>
      )}
    </div>
  );
}

function Facts({ model }: { model: Model }) {
  const words = useRoom(room);
  const { locale } = useWords();
  const when = new Date(model.at).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' } as Intl.DateTimeFormatOptions);
  const facts: [string, string][] = [
    [words.path, model.name],
    [words.size, bytes(model.bytes)],
    ...(model.at ? [[words.written, when] as [string, string]] : []),
    ...(model.family ? [[words.of, model.family] as [string, string]] : []),
    ...(model.base ? [[words.base, model.base] as [string, string]] : []),
    ...(model.pictures === undefined ? [] : [[words.usedFor, words.known(model.pictures)] as [string, string]]),
  ];
  return (
    <dl className="facts">
      {facts.map(([what, says]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{says}</dd>
        </div>
      ))}
      {model.sha256 && (
        <div>
          <dt>{words.digest}</dt>
          <dd>
            <code>{model.sha256.slice(0, 16)}…</code>
            <button className="icon" aria-label={words.copyDigest} title={words.copyDigest} onClick={() => void copy(model.sha256 ?? '')}>
              <Icon name="copy" />
            </button>
          </dd>
        </div>
      )}
    </dl>
  );
}

export function Detail({ model, scene, leave }: { model: Model; scene: Scene; leave: () => void }) {
  const words = useRoom(room);
  const defs = useDefs((s) => s.defs);
  const targets = targetsFor(model.kind, scene);
  const users = usersOf(model, scene);
  const loader = loaderFor(model.kind, defs, usesOf());
  const target = targets[0];
  const hint = target ? words.useHint(nameOfTarget(target)) : model.kind === EMBEDDINGS ? words.promptHint : words.addHint;
  const goTo = () => {
    choose(users.map((n) => n.key));
    if (users[0]) {
      focusOn(users[0].key);
      reveal(users[0]);
    }
  };
  const tool = (icon: IconName, says: string, does: () => unknown, title = says) => (
    <button title={title} onClick={() => void does()}>
      <Icon name={icon} />
      {says}
    </button>
  );
  return (
    <section className="model-detail" aria-label={words.about(bareOf(model.name))}>
      <header>
        <Picture model={model} side={192} />
        <p>
          <strong title={model.name}>{model.title ?? bareOf(model.name)}</strong>
          <span className="says">{model.title ? bareOf(model.name) : ''}</span>
        </p>
        <button className="icon" aria-label={words.close} title={words.close} onClick={leave}>
          <Icon name="close" />
        </button>
      </header>
      <div className="acts">
        <button className="main" disabled={!target && !loader} title={hint} onClick={() => giveModel(model)}>
          {target ? words.useIn(nameOfTarget(target)) : words.use}
        </button>
        {!target && !loader && <p className="says">{words.noLoader(words.kinds[model.kind] ?? model.kind)}</p>}
        <div className="tools">
          {target && loader && tool('plus', words.add, () => addLoader(model), words.addKeys)}
          {tool('copy', words.copyName, () => copy(model.name))}
          {users.length > 0 && tool('search', words.where(users.length), goTo)}
        </div>
      </div>
      <div className="known">
        <Words label={words.triggers} words={model.triggers} />
        <Words label={words.tags} words={model.tags} />
        <Facts model={model} />
      </div>
    </section>
  );
}
