// Documents: tabs, opening, saving, commands, dialogs.
import { both } from '../both.ts';

export const app = both(
  {
    untitled: 'Untitled',
    first: 'Text to picture',
    close: 'Close',
    dismiss: 'Dismiss',
    bars: {
      left: 'What goes in',
      right: 'What comes out',
      width: (panel: string) => `Width of ${panel}`,
    },
    tabs: {
      label: 'Open workflows',
      new: 'New workflow',
      close: (name: string) => `Close ${name}`,
      unsaved: (name: string) => `${name}, not saved`,
    },
    closing: {
      title: (name: string) => `Close “${name}”?`,
      text: 'Its changes are not saved.',
      stay: 'Keep it open',
      discard: 'Close without saving',
    },
    open: {
      drop: 'Drop to open',
      dropText: 'Workflows as JSON, and pictures that carry one. Each opens in a tab of its own.',
      pasted: 'Pasted',
      elsewhere: 'it is not on this server',
      unreachable: (name: string, why: string) => `“${name}” could not be read: ${why}`,
      prompt: (name: string) => `“${name}” holds a graph in API format, which cannot be drawn yet.`,
      parameters: (name: string) => `“${name}” holds only the words of a picture, which cannot be made into a graph yet.`,
      faults: {
        'too-large': (name: string, _: string) => `“${name}” is larger than 100 MB.`,
        nothing: (name: string, _: string) => `“${name}” carries no workflow.`,
        other: (name: string, _: string) => `“${name}” is JSON, but no workflow.`,
        damaged: (name: string, why: string) => `“${name}” is damaged: ${why}`,
      },
    },
  },
  {
    untitled: '未命名',
    first: '文生图',
    close: '关闭',
    dismiss: '知道了',
    bars: {
      left: '输入侧栏',
      right: '输出侧栏',
      width: (panel) => `${panel}的宽度`,
    },
    tabs: {
      label: '打开的工作流',
      new: '新建工作流',
      close: (name) => `关闭 ${name}`,
      unsaved: (name) => `${name}，未保存`,
    },
    closing: {
      title: (name) => `关闭“${name}”？`,
      text: '其中的更改还没有保存。',
      stay: '不关闭',
      discard: '不保存，直接关闭',
    },
    open: {
      drop: '松开即可打开',
      dropText: 'JSON 工作流，或带有工作流的图像；每个文件在新标签页中打开。',
      pasted: '粘贴的工作流',
      elsewhere: '它不在此服务器上',
      unreachable: (name, why) => `无法读取“${name}”：${why}`,
      prompt: (name) => `“${name}”是 API 格式，目前还不能画出来。`,
      parameters: (name) => `“${name}”只有图像的文字参数，目前还不能转换成工作流。`,
      faults: {
        'too-large': (name, _) => `“${name}”超过 100 MB。`,
        nothing: (name, _) => `“${name}”中没有工作流。`,
        other: (name, _) => `“${name}”是 JSON，但不是工作流。`,
        damaged: (name, why) => `“${name}”已损坏：${why}`,
      },
    },
  },
);
