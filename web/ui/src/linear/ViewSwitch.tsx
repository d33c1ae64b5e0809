// Graph or App; and the bar of a file that has an App view to offer.
import { useActive, useVersion, type Opened } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { linearOf } from '../doc/linear.ts';
import { useWords } from '../i18n/words.ts';
import '../style/views.css';
import { dismiss, showView, useView, useViews } from './view.ts';

export function ViewSwitch() {
  const words = useWords().views;
  const uid = useActive()?.doc.uid;
  const view = useView(uid);
  if (uid === undefined) return null;
  return (
    <section className="view-switch" aria-label={words.label}>
      {(['graph', 'app'] as const).map((is) => (
        <button key={is} aria-pressed={view === is} title={words[is]} onClick={() => showView(uid, is)}>
          <Icon name={is === 'graph' ? 'nodes' : 'sliders'} />
          <span className="word">{words[is]}</span>
        </button>
      ))}
    </section>
  );
}

function Offer({ at }: { at: Opened }) {
  const words = useWords().views;
  const { uid } = at.doc;
  useVersion(at.doc);
  if (!linearOf(at.doc).asked) return null;
  return (
    <section className="app-offer" aria-label={words.command}>
      <Icon name="sliders" />
      <p>{words.asks}</p>
      <button className="main" onClick={() => showView(uid, 'app')}>
        {words.open}
      </button>
      <button className="icon" aria-label={words.dismiss} title={words.dismiss} onClick={() => dismiss(uid)}>
        <Icon name="close" />
      </button>
    </section>
  );
}

export function AppOffer() {
  const at = useActive();
  const view = useView(at?.doc.uid);
  const dismissed = useViews((s) => at !== undefined && s.dismissed.has(at.doc.uid));
  return at && view === 'graph' && !dismissed ? <Offer at={at} /> : null;
}
