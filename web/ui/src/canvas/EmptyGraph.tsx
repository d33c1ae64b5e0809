// What stands where a graph has no nodes yet: how one is added, and workflows to begin with.
import { useEffect } from 'react';
import { useSettings } from '../app/settings.ts';
import { loadTemplates, openTemplate, useTemplates } from '../app/templates.ts';
import { showTemplates } from '../dialogs/show.ts';
import { useRoom } from '../i18n/room.ts';
import { beginning } from '../i18n/words/beginning.ts';
import '../style/beginning.css';

const SOME = 3;

export function EmptyGraph() {
  const words = useRoom(beginning);
  const language = useSettings((s) => s.language);
  const templates = useTemplates((s) => s.templates);

  useEffect(() => void loadTemplates(), []);
  return (
    <section className="beginning">
      <p>{words.hint}</p>
      {templates.length > 0 && (
        <div className="ways nopan" role="group" aria-label={words.templates}>
          {templates.slice(0, SOME).map((t) => (
            <button className="plain" key={t.name} onClick={() => void openTemplate(t, language)}>
              {t.title[language]}
            </button>
          ))}
          <button className="text" onClick={showTemplates}>
            {words.more}
          </button>
        </div>
      )}
    </section>
  );
}
