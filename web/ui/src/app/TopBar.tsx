// The bar above: whose page this is, what the server does, and how the page looks and speaks.
import { useEffect } from 'react';
import { useWords } from '../i18n/words.ts';
import { useServer } from '../net/server.ts';
import { Icon, Mark } from './Icon.tsx';
import { useSettings } from './settings.ts';

function Queue() {
  const words = useWords().queue;
  const work = useServer((s) => s.work);
  const stale = useServer((s) => s.link.is !== 'open');
  const running = work?.running ?? 0;
  const waiting = work?.waiting ?? 0;

  useEffect(() => {
    document.title = running ? '▶ limn' : 'limn';
  }, [running]);
  const what = !work ? words.unknown : running ? words.running(running) : waiting ? null : words.idle;
  return (
    <div className="queue" role="status" aria-label={words.label} data-state={running ? 'running' : 'idle'} data-stale={stale}>
      <span className="dot" />
      {what && <span>{what}</span>}
      {waiting > 0 && <span className="waiting">{words.waiting(waiting)}</span>}
    </div>
  );
}

function LanguageSwitch() {
  const words = useWords().language;
  const { language, choose } = useSettings();
  const other = language === 'zh' ? 'en' : 'zh';
  return (
    <button className="text" onClick={() => choose({ language: other })} title={words.change}>
      <span lang={other === 'zh' ? 'zh-Hans' : 'en'}>{words.short}</span>
    </button>
  );
}

function ThemeSwitch() {
  const words = useWords().theme;
  const { theme, choose } = useSettings();
  const says = theme === 'dark' ? words.toLight : words.toDark;
  return (
    <button className="icon" onClick={() => choose({ theme: theme === 'dark' ? 'light' : 'dark' })} aria-label={says} title={says}>
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}

export function TopBar() {
  return (
    <header className="bar">
      <h1 className="name">
        <Mark />
        limn
      </h1>
      <Queue />
      <div className="switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </header>
  );
}
