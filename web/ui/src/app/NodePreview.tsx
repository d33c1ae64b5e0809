// What a class takes and gives, before it is added.
import { TypeMark } from '../canvas/TypeMark.tsx';
import type { NodeDef } from '../defs/def.ts';
import { categoryTitle, classTitle, sentence, slotLabel } from '../defs/labels.ts';
import { langOf } from '../i18n/lang.ts';
import { useWords } from '../i18n/words.ts';
import { useSettings } from './settings.ts';

function Sockets({ side, list }: { side: 'in' | 'out'; list: readonly { name: string; label?: string; type: string; required?: boolean; tooltip?: string }[] }) {
  const words = useWords().defs;
  const naming = useSettings((s) => s.naming);
  if (!list.length) return null;
  return (
    <ul className={side} aria-label={side === 'in' ? words.inputs : words.outputs}>
      {list.map((s, i) => (
        <li key={i} title={[s.type, sentence(s.tooltip, naming)].filter(Boolean).join('\n')} data-optional={s.required === false}>
          <TypeMark type={s.type} />
          {slotLabel(s.name, s.label ?? s.name, naming, s.label) || s.type}
        </li>
      ))}
    </ul>
  );
}

export function NodePreview({ def }: { def: NodeDef }) {
  const words = useWords().defs;
  const naming = useSettings((s) => s.naming);
  const fields = def.inputs.filter((i) => i.widget).map((i) => slotLabel(i.name, i.label, naming, i.label));
  return (
    <section className="node-preview" aria-label={classTitle(def, naming)}>
      <h3 lang={langOf(classTitle(def, naming), naming)}>{classTitle(def, naming)}</h3>
      <p className="where">
        <span lang="en">{def.name}</span>
        {def.category && <span>{categoryTitle(def.category, naming)}</span>}
      </p>
      {(def.deprecated || def.experimental) && <p className="note">{def.deprecated ? words.old : words.experimental}</p>}
      <div className="sockets">
        <Sockets side="in" list={def.inputs.filter((i) => !i.widget)} />
        <Sockets side="out" list={def.outputs} />
      </div>
      {fields.length > 0 && <p className="fields" aria-label={words.fields}>{fields.join(' · ')}</p>}
      {def.doc && <p lang={langOf(sentence(def.doc, naming), naming)}>{sentence(def.doc, naming)}</p>}
    </section>
  );
}
