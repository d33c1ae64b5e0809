// The pin beside a field of a node: the field is in the App view, or not.
import { activeDocument } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { useSettings } from '../app/settings.ts';
import { slotLabel } from '../defs/labels.ts';
import type { Id } from '../doc/links.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { useWords } from '../i18n/words.ts';
import { togglePin } from './pins.ts';

export function PinButton({ node, widget, pinned }: { node: Id; widget: WidgetShape; pinned: boolean }) {
  const words = useWords().views;
  const naming = useSettings((s) => s.naming);
  const field = slotLabel(widget.name, widget.label, naming, widget.def?.label);
  const says = pinned ? words.unpin(field) : words.pin(field);
  return (
    <button
      className="pin nodrag"
      tabIndex={-1}
      style={{ top: widget.y }}
      aria-pressed={pinned}
      aria-label={says}
      title={`${says} (Alt+P)`}
      onMouseDown={(e) => e.preventDefault()}
      onClick={() => togglePin(activeDocument(), node, widget.name)}
    >
      <Icon name="pin" />
    </button>
  );
}
