// The name, the inputs and the outputs of a subgraph.
import { both } from '../both.ts';

export const edges = both(
  {
    title: 'The subgraph',
    name: 'Name',
    used: (n: number) => (n === 1 ? 'One node stands for it.' : `${n} nodes stand for it: what is changed here is changed in all of them.`),
    sides: { inputs: 'Inputs', outputs: 'Outputs' },
    none: { inputs: 'It has no inputs.', outputs: 'It has no outputs.' },
    label: (slot: string) => `Name of “${slot}”`,
    remove: (slot: string) => `Remove “${slot}”`,
    removed: (slot: string) => `“${slot}” removed`,
    expose: { inputs: 'Another input, of a node', outputs: 'Another output, of a node' },
    add: 'Expose',
    exposed: (slot: string) => `“${slot}” exposed`,
  },
  {
    title: '子图',
    name: '名称',
    used: (n) => (n === 1 ? '有 1 个节点使用它。' : `有 ${n} 个节点使用它：此处的改动对它们全部生效。`),
    sides: { inputs: '输入', outputs: '输出' },
    none: { inputs: '没有输入。', outputs: '没有输出。' },
    label: (slot) => `“${slot}”的名称`,
    remove: (slot) => `移除“${slot}”`,
    removed: (slot) => `已移除“${slot}”`,
    expose: { inputs: '公开某个节点的输入', outputs: '公开某个节点的输出' },
    add: '公开',
    exposed: (slot) => `已公开“${slot}”`,
  },
);
