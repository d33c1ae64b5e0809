// The kinds of fields: what shows and edits each; those that few graphs have come when one is there. How a kind's value is
// written and read is in values.ts.
import type { ComponentType } from 'react';
import { late } from '../app/late.ts';
import type { WidgetKind } from '../defs/def.ts';
import type { Field } from './field.ts';
import { Line, Other } from './Line.tsx';
import { Lines } from './Lines.tsx';
import { NumberBox } from './NumberBox.tsx';
import { Pick, PickMany } from './Pick.tsx';
import { Seed } from './Seed.tsx';
import { Switch } from './Switch.tsx';

const Color = late(async () => (await import('./Color.tsx')).Color);
const Curve = late(async () => (await import('./Numbers.tsx')).Curve);
const Markdown = late(async () => (await import('./Markdown.tsx')).Markdown);
const Numbers = late(async () => (await import('./Numbers.tsx')).Numbers);
const Upload = late(async () => (await import('./Upload.tsx')).Upload);

interface Kind {
  View: ComponentType<{ field: Field }>;
  label: 'beside' | 'none'; // none: the field is all there is, and says its name where it is empty
}

export const kinds: Readonly<Record<WidgetKind, Kind>> = {
  int: { View: NumberBox, label: 'beside' },
  float: { View: NumberBox, label: 'beside' },
  seed: { View: Seed, label: 'beside' },
  choice: { View: Pick, label: 'beside' },
  choices: { View: PickMany, label: 'beside' },
  boolean: { View: Switch, label: 'beside' },
  text: { View: Line, label: 'beside' },
  texts: { View: Lines, label: 'none' },
  upload: { View: Upload, label: 'none' },
  color: { View: Color, label: 'beside' },
  markdown: { View: Markdown, label: 'none' },
  box: { View: Numbers, label: 'beside' },
  curve: { View: Curve, label: 'beside' },
  range: { View: Numbers, label: 'beside' },
  json: { View: Other, label: 'beside' },
};
