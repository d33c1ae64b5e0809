// The bar above: whose page this is, what is open, and how the page looks and speaks.
import { showSettings } from '../dialogs/show.ts';
import { useWords } from '../i18n/words.ts';
import { Icon, Mark } from './Icon.tsx';
import { useKeys, withKeys } from './bound.ts';
import { MenuBar } from './MenuBar.tsx';
import { showPalette } from './palette.ts';
import { useSettings } from './settings.ts';
import { Tabs } from './Tabs.tsx';

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
    <button className="theme icon" onClick={() => choose({ theme: theme === 'dark' ? 'light' : 'dark' })} aria-label={says} title={says}>
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}

function Search() {
  const words = useWords().app;
  const keys = useKeys('view.palette', 'Ctrl+K');
  return (
    <button className="find" onClick={() => showPalette()} title={words.searchAll}>
      <Icon name="search" />
      <span className="label">{words.search}</span>
      {keys && <kbd>{keys}</kbd>}
    </button>
  );
}

function Gear() {
  const words = useWords().app.commands;
  const keys = useKeys('view.settings', 'Ctrl+,');
  return (
    <button className="icon" onClick={() => showSettings()} aria-label={words.settings} title={withKeys(words.settings, keys)}>
      <Icon name="gear" />
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
      <MenuBar />
      <Tabs />
      <div className="switches">
        <Search />
        <LanguageSwitch />
        <ThemeSwitch />
        <Gear />
      </div>
    </header>
  );
}
