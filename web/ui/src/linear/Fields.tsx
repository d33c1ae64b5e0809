// The pinned fields as a form. Within it Tab goes from field to field; the fields themselves are reached by focus alone, as on the
// canvas, so the form takes part in the page's own order and hands the focus on.
import type { FocusEvent, KeyboardEvent } from 'react';
import { useSettings } from '../app/settings.ts';
import { titleIn } from '../canvas/names.ts';
import { slotLabel } from '../defs/labels.ts';
import type { WidgetKind } from '../defs/def.ts';
import type { Document } from '../doc/document.ts';
import type { Naming } from '../i18n/languages.ts';
import { useRoom } from '../i18n/room.ts';
import { linear } from '../i18n/words/linear.ts';
import { Widget } from '../widgets/Widget.tsx';
import type { FieldAt, Shown } from './fields.ts';
import { Slide } from './Slide.tsx';

const NARROW: ReadonlySet<WidgetKind | undefined> = new Set(['int', 'float', 'boolean', 'color']);
const TALL: ReadonlySet<WidgetKind | undefined> = new Set(['texts', 'markdown']);
const FOCUSABLE = '[data-field], button:not(:disabled), input:not([type="range"]), textarea, select';

export function namesOf({ node, shape, widget }: FieldAt, naming: Naming) {
  return { field: slotLabel(widget.name, widget.label, naming, widget.def?.label), title: titleIn({ node, shape }, naming) };
}

const isSet = (e: Element) => !(e instanceof HTMLButtonElement && e.disabled) && e.getAttribute('aria-disabled') !== 'true';

const focusablesIn = (form: Element) =>
  [...form.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((e) => isSet(e) && !e.closest('[popover]') && !e.parentElement?.closest('[data-field]'));

/** Before a field hears of it: to the next one, and at the ends out of the form. */
function tab(e: KeyboardEvent<HTMLElement>) {
  if (e.key !== 'Tab' || e.ctrlKey || e.altKey || e.metaKey || (e.target as Element).closest('[popover]')) return;
  const all = focusablesIn(e.currentTarget);
  const here = all.findIndex((f) => f.contains(e.target as Node));
  const next = here < 0 ? (e.shiftKey ? undefined : all[0]) : all[here + (e.shiftKey ? -1 : 1)];
  e.stopPropagation();
  if (!next) return;
  e.preventDefault();
  next.focus();
}

/** Who comes from before it arrives at the first field, who comes from behind at the last one. */
function enter(e: FocusEvent<HTMLElement>) {
  const form = e.currentTarget;
  const from = e.relatedTarget;
  form.tabIndex = -1; // while the focus is inside, the form is no stop of its own
  if (e.target !== form || (from instanceof Node && form.contains(from))) return;
  const all = focusablesIn(form);
  const behind = from instanceof Node && (form.compareDocumentPosition(from) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  (behind ? all.at(-1) : all[0])?.focus();
}

function leave(e: FocusEvent<HTMLElement>) {
  if (!(e.relatedTarget instanceof Node && e.currentTarget.contains(e.relatedTarget))) e.currentTarget.tabIndex = 0;
}

function Row({ doc, field }: { doc: Document; field: FieldAt }) {
  const naming = useSettings((s) => s.naming);
  const kind = field.widget.def?.widget;
  const { field: name, title } = namesOf(field, naming);
  const [first, then] = TALL.has(kind) ? [title, name] : [name, title];
  return (
    <div className="linear-field" role="group" aria-label={`${title} · ${name}`} data-kind={kind} data-narrow={NARROW.has(kind)} data-node={String(field.pin.node)} data-widget={field.widget.name}>
      <p>
        <b>{first}</b>
        <span>{then}</span>
      </p>
      <div className="slot">
        <Widget doc={doc} node={field.node} shape={field.widget} />
      </div>
      <Slide doc={doc} field={field} name={name} />
    </div>
  );
}

export function Fields({ doc, shown }: { doc: Document; shown: Shown }) {
  const words = useRoom(linear);
  if (!shown.fields.length) return <p className="linear-hint">{words.none}</p>;
  return (
    <div className="linear-fields" role="group" aria-label={words.fields} tabIndex={0} data-fields onKeyDownCapture={tab} onFocus={enter} onBlur={leave}>
      {shown.fields.map((f) => (
        <Row key={`${String(f.pin.node)} ${f.pin.widget}`} doc={doc} field={f} />
      ))}
    </div>
  );
}
