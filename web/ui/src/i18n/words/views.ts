// The two views of a workflow, and pins.
import { both } from '../both.ts';

export const views = both(
  {
    label: 'Views',
    graph: 'Graph',
    app: 'App',
    command: 'App view',
    editCommand: 'Choose the fields of the App view',
    pin: (field: string) => `Pin ${field} to the App view`,
    unpin: (field: string) => `Take ${field} off the App view`,
    pinField: 'Pin this field to the App view',
    pinNode: 'Pin all fields to the App view',
    asks: 'This workflow has an App view',
    open: 'Open',
    dismiss: 'Not now',
  },
  {
    label: '视图',
    graph: '节点图',
    app: '应用',
    command: '应用视图',
    editCommand: '选择应用视图的参数',
    pin: (field) => `把“${field}”固定到应用视图`,
    unpin: (field) => `把“${field}”从应用视图移除`,
    pinField: '把此参数固定到应用视图',
    pinNode: '把全部参数固定到应用视图',
    asks: '此工作流有应用视图',
    open: '打开',
    dismiss: '以后再说',
  },
);
