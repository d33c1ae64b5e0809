// What a class says of itself: what it is for, where it comes from, its inputs with what they take, its outputs.
import { useSettings } from '../app/settings.ts';
import type { NodeView } from '../canvas/scene.ts';
import { TypeMark } from '../canvas/TypeMark.tsx';
import type { InputDef } from '../defs/def.ts';
import { useDefs } from '../defs/defs.ts';
import { categoryTitle, sentence, slotLabel } from '../defs/labels.ts';
import { langOf } from '../i18n/lang.ts';
import { useRoom } from '../i18n/room.ts';
import { properties as room } from '../i18n/words/properties.ts';
import { toText } from '../widgets/values.ts';

type Words = (typeof room)['en'];

const OWN = 'custom_nodes.websocket_image_save'; // limn's, by the name that clients look for

function originOf(module: string | undefined, words: Words): string {
  const plugin = /^custom_nodes\.(.+)/.exec(module ?? '')?.[1];
  return plugin && module !== OWN ? words.plugin(plugin) : words.own;
}

/** "1 to 10000, at first 20, optional" */
function takes(input: InputDef, words: Words): string {
  const { min, max, step, choices } = input;
  const first = toText(input.default, input);
  return [
    min !== undefined && max !== undefined ? words.range(String(min), String(max)) : min !== undefined ? words.least(String(min)) : max !== undefined ? words.most(String(max)) : '',
    step !== undefined && step !== 1 ? words.step(String(step)) : '',
    choices ? words.choices(choices.length) : '',
    input.widget && first !== '' && first.length < 40 ? words.first(first) : '',
    input.required ? '' : words.optional,
  ].filter(Boolean).join(' · ');
}

function Row({ type, name, says, hint }: { type: string; name: string; says: string; hint?: string | undefined }) {
  const naming = useSettings((s) => s.naming);
  const text = sentence(hint, naming);
  return (
    <li>
      <p>
        <TypeMark type={type} />
        <strong lang={langOf(name, naming)}>{name}</strong>
        <code>{type}</code>
      </p>
      {says && <p className="says">{says}</p>}
      {text && <p lang={langOf(text, naming)}>{text}</p>}
    </li>
  );
}

export function Help({ node: { node, shape } }: { node: NodeView }) {
  const words = useRoom(room);
  const naming = useSettings((s) => s.naming);
  const def = useDefs((s) => s.defs.get(String(node['type'] ?? '')));
  const doc = sentence(def?.doc, naming);
  const inputs = def
    ? def.inputs.map((i) => ({ type: i.type, name: slotLabel(i.name, i.label, naming, i.label), says: takes(i, words), hint: i.tooltip }))
    : shape.inputs.map((s) => ({ type: s.type, name: slotLabel(s.name, s.label, naming), says: '' }));
  const outputs = def
    ? def.outputs.map((o) => ({ type: o.type, name: slotLabel(o.name, o.name, naming), says: o.list ? words.list : '', hint: o.tooltip }))
    : shape.outputs.map((s) => ({ type: s.type, name: slotLabel(s.name, s.label, naming), says: '' }));
  if (!def && shape.kind !== 'ghost' && !inputs.length && !outputs.length) return null; // a note
  return (
    <section aria-label={words.help}>
      <h3>{words.help}</h3>
      {doc && <p lang={langOf(doc, naming)}>{doc}</p>}
      {shape.kind === 'ghost' && <p>{words.unknown}</p>}
      {def && (
        <dl>
          <div>
            <dt>{words.from}</dt>
            <dd>{originOf(def.module, words)}</dd>
          </div>
          {def.category && (
            <div>
              <dt>{words.category}</dt>
              <dd>{categoryTitle(def.category, naming)}</dd>
            </div>
          )}
        </dl>
      )}
      {([[words.inputs, inputs], [words.outputs, outputs]] as const).map(([label, rows]) => rows.length > 0 && (
        <div key={label}>
          <h4>{label}</h4>
          <ul>
            {rows.map((row, i) => (
              <Row key={i} {...row} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
