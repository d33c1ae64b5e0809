// A graph without nodes.
import { both } from '../both.ts';

export const beginning = both(
  {
    hint: 'Press / or double-click to add a node',
    templates: 'Or begin with',
    more: 'More templates …',
  },
  {
    hint: '按 / 或双击添加节点',
    templates: '或从模板开始',
    more: '更多模板……',
  },
);
