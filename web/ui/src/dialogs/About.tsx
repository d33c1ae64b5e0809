// Which limn this is, on what machine, how it was built and what it can: what a report of a fault begins with.
import { useEffect, useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { putText } from '../app/copying.ts';
import { useSettings } from '../app/settings.ts';
import { bytes } from '../i18n/format.ts';
import { useRoom } from '../i18n/room.ts';
import { about } from '../i18n/words/about.ts';
import { at, getJson, listAt, member, numberAt, textAt } from '../net/http.ts';
import '../style/about.css';

type Answer = Awaited<ReturnType<typeof getJson>>;

function rowsOf(answer: Answer, words: (typeof about)['en'], language: string): [string, string][] {
  const build = member(answer, 'build');
  const kinds = [
    member(build, 'optimized') === true ? words.kinds.optimized : words.kinds.debug,
    ...(member(build, 'sanitized') === true ? [words.kinds.sanitized] : []),
  ];
  const device = [textAt(answer, 'device'), textAt(answer, 'arithmetic')].filter(Boolean).join(' · ');
  const began = numberAt(answer, 'began');
  return [
    [words.version, textAt(answer, 'version') ?? ''],
    [words.device, device],
    [words.memory, words.of(bytes(numberAt(answer, 'memory', 'free') ?? 0), bytes(numberAt(answer, 'memory', 'total') ?? 0))],
    [words.build, [textAt(build, 'compiler') ?? '', ...kinds].join(' · ')],
    [words.began, began === undefined ? '' : new Date(began).toLocaleString(language === 'en' ? 'en-GB' : language, { dateStyle: 'medium', timeStyle: 'short' })],
    [words.features, listAt(answer, 'features').join(', ')],
  ].filter((row): row is [string, string] => row[1] !== '');
}

export function About({ close }: { close: () => void }) {
  const words = useRoom(about);
  const language = useSettings((s) => s.language);
  const [answer, setAnswer] = useState<Answer>();
  const [fault, setFault] = useState<string>();
  const [copied, setCopied] = useState(false);
  const rows = answer === undefined ? [] : rowsOf(answer, words, language);

  useEffect(() => {
    getJson('limn/about').then(setAnswer, (e: unknown) => setFault(e instanceof Error ? e.message : String(e)));
  }, []);
  const copy = () => {
    void putText(rows.map((row) => row.join(': ')).join('\n')).then(setCopied);
  };
  return (
    <Dialog title={words.title} close={close}>
      {fault !== undefined && <p role="alert">{words.failed(fault)}</p>}
      <dl className="about">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="about-ways">
        <button className="plain" data-focus disabled={!rows.length} onClick={copy}>
          {copied ? words.copied : words.copy}
        </button>
        <a href={at('docs/api').href} target="_blank" rel="noreferrer">
          {words.open}
        </a>
      </p>
    </Dialog>
  );
}
