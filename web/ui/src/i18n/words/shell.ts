// The shell: bars, what the server does, what is said when nothing is open.
import { both } from '../both.ts';

export const shell = both(
  {
    queue: {
      label: 'Queue',
      unknown: 'Queue unknown',
      idle: 'Nothing is running',
      running: (n: number) => (n === 1 ? 'Running' : `${n} running`),
      waiting: (n: number) => `${n} waiting`,
    },
    language: { change: 'Change the language to Chinese', short: '中文' },
    theme: { toDark: 'Change to the dark theme', toLight: 'Change to the light theme', contrast: 'High contrast' },
    empty: {
      title: 'Nothing is open',
      text: 'Drop a workflow or a picture that carries one, or begin here.',
      open: 'Open a file …',
      recent: 'Recently saved',
    },
    status: {
      label: 'State',
      nodes: (n: number) => (n === 1 ? '1 node' : `${n} nodes`),
      links: (n: number) => (n === 1 ? '1 link' : `${n} links`),
      problems: (n: number) => (n === 1 ? '1 problem' : `${n} problems`),
      unsaved: 'Not saved',
      saved: 'Saved',
      savedAt: (time: string) => `Saved ${time}`,
    },
    zoom: { label: 'Zoom', in: 'Zoom in', out: 'Zoom out', reset: 'Back to 100 %' },
    link: {
      connecting: 'Connecting …',
      open: 'Connected',
      lost: 'Not connected',
      slow: 'Connected by polling',
      known: 'Dismiss',
      noSocket: 'Something on the way blocks live messages: the queue is asked every 3 s, and steps and previews are not shown.',
      banner: (seconds: number) =>
        seconds > 0 ? `The server cannot be reached. Next try in ${seconds} s.` : 'The server cannot be reached. Trying …',
      again: 'Try now',
      faults: { unreached: 'no answer from the server' } as Readonly<Record<string, string>>, // all others as the server says them
    },
    machine: {
      version: (version: string) => `limn ${version}`,
      memory: (used: string, total: string) => `Memory ${used} of ${total}`,
      video: (used: string, total: string) => `Video memory ${used} of ${total}`,
    },
    failed: { title: 'limn failed to show this page', again: 'Load it again', keep: 'Download open workflows' },
  },
  {
    queue: {
      label: '队列',
      unknown: '队列状态未知',
      idle: '没有任务在运行',
      running: (n) => (n === 1 ? '正在运行' : `正在运行 ${n} 个`),
      waiting: (n) => `${n} 个等待中`,
    },
    language: { change: '切换为英文', short: 'English' },
    theme: { toDark: '切换为深色主题', toLight: '切换为浅色主题', contrast: '高对比度' },
    empty: {
      title: '没有打开的工作流',
      text: '把工作流，或带有工作流的图像拖到这里；也可以从这里开始。',
      open: '打开文件……',
      recent: '最近保存',
    },
    status: {
      label: '状态',
      nodes: (n) => `${n} 个节点`,
      links: (n) => `${n} 条连线`,
      problems: (n) => `${n} 个问题`,
      unsaved: '未保存',
      saved: '已保存',
      savedAt: (time) => `${time} 已保存`,
    },
    zoom: { label: '缩放', in: '放大', out: '缩小', reset: '恢复 100 %' },
    link: {
      connecting: '正在连接……',
      open: '已连接',
      lost: '未连接',
      slow: '已连接（轮询）',
      known: '知道了',
      noSocket: '网络途中的设备阻断了实时消息，改为每 3 秒查询一次队列；看不到步数和生成中的图像。',
      banner: (seconds) => (seconds > 0 ? `无法连接服务器，${seconds} 秒后重试。` : '无法连接服务器，正在重试……'),
      again: '立即重试',
      faults: { unreached: '服务器没有应答', busy: '服务器正忙，请稍后再试', ending: '服务器正在关闭', not_checked: '服务器未能检查此工作流，请再试一次' },
    },
    machine: {
      version: (version) => `limn ${version}`,
      memory: (used, total) => `内存 ${used} / ${total}`,
      video: (used, total) => `显存 ${used} / ${total}`,
    },
    failed: { title: 'limn 无法显示此页面', again: '重新加载', keep: '下载打开的工作流' },
  },
);
