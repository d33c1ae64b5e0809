// Which fields there are, and in which order. What was proposed becomes the person's own with the first change.
import { useSettings } from '../app/settings.ts';
import { Icon } from '../app/Icon.tsx';
import { titleIn } from '../canvas/names.ts';
import type { Defs } from '../defs/def.ts';
import { slotLabel } from '../defs/labels.ts';
import type { Document } from '../doc/document.ts';
import { askForLinear, linearOf, movePin, pin } from '../doc/linear.ts';
import { useRoom } from '../i18n/room.ts';
import { linear } from '../i18n/words/linear.ts';
import { settled, unpinned, type Shown } from './fields.ts';
import { namesOf } from './Fields.tsx';

function List({ doc, shown }: { doc: Document; shown: Shown }) {
  const words = useRoom(linear);
  const naming = useSettings((s) => s.naming);
  const { fields } = shown;
  const to = (from: number, by: 1 | -1) => {
    const [one, other] = [fields[from], fields[from + by]];
    if (one && other) settled(doc, shown, () => movePin(doc, one.at, other.at));
  };
  return (
    <ol className="linear-pins">
      {fields.map((f, i) => {
        const { field, title } = namesOf(f, naming);
        const name = `${title} · ${field}`;
        return (
          <li key={`${String(f.pin.node)} ${f.pin.widget}`}>
            <p>
              <b>{field}</b>
              <span>{title}</span>
            </p>
            <button className="icon" disabled={i === 0} aria-label={words.up(name)} title={words.up(name)} onClick={() => to(i, -1)}>
              <Icon name="up" />
            </button>
            <button className="icon" disabled={i === fields.length - 1} aria-label={words.down(name)} title={words.down(name)} onClick={() => to(i, 1)}>
              <Icon name="down" />
            </button>
            <button
              className="icon"
              aria-label={words.unpin(name)}
              title={words.unpin(name)}
              onClick={() => settled(doc, shown, () => pin(doc, f.pin.node, f.pin.widget, false))}
            >
              <Icon name="close" />
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function Add({ doc, defs, shown }: { doc: Document; defs: Defs; shown: Shown }) {
  const words = useRoom(linear);
  const naming = useSettings((s) => s.naming);
  const nodes = unpinned(doc, defs, shown.fields);
  const all = nodes.flatMap((n) => n.widgets.map((w) => ({ node: n.shape.id, widget: w.name })));
  const choose = (value: string) => {
    const one = value === '' ? undefined : all[Number(value)];
    if (one) settled(doc, shown, () => pin(doc, one.node, one.widget, true));
  };
  let at = 0;
  return (
    <select aria-label={words.add} value="" onChange={(e) => choose(e.target.value)}>
      <option value="">{words.add}</option>
      {nodes.map((n) => (
        <optgroup key={String(n.shape.id)} label={words.of(titleIn(n, naming), String(n.shape.id))}>
          {n.widgets.map((w) => (
            <option key={w.name} value={at++}>
              {slotLabel(w.name, w.label, naming, w.def?.label)}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}

export function Chooser({ doc, defs, shown }: { doc: Document; defs: Defs; shown: Shown }) {
  const words = useRoom(linear);
  return (
    <div className="linear-chooser">
      {shown.proposed && <p className="linear-hint">{words.proposed}</p>}
      <List doc={doc} shown={shown} />
      <Add doc={doc} defs={defs} shown={shown} />
      <label>
        <input type="checkbox" checked={linearOf(doc).asked} onChange={(e) => askForLinear(doc, e.target.checked)} />
        {words.offer}
      </label>
    </div>
  );
}
