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
    theme: { toDark: 'Change to the dark theme', toLight: 'Change to the light theme' },
    empty: {
      title: 'This canvas is empty',
      text: 'Workflows that are sent to this server run, and the queue above follows them.',
      missing: 'Opening them here is not built yet.',
      api: 'API of this server',
      nodes: 'All nodes',
    },
    zoom: { label: 'Zoom', in: 'Zoom in', out: 'Zoom out', reset: 'Back to 100 %' },
    link: {
      connecting: 'Connecting …',
      open: 'Connected',
      lost: 'Not connected',
      banner: (seconds: number) =>
        seconds > 0 ? `The server cannot be reached. Next try in ${seconds} s.` : 'The server cannot be reached. Trying …',
      again: 'Try now',
    },
    machine: {
      version: (version: string) => `limn ${version}`,
      memory: (used: string, total: string) => `Memory ${used} of ${total}`,
      video: (used: string, total: string) => `Video memory ${used} of ${total}`,
    },
    failed: { title: 'limn failed to show this page', again: 'Load it again' },
  },
  {
    queue: {
      label: '队列',
      unknown: '队列状态未知',
      idle: '没有任务在运行',
      running: (n) => (n === 1 ? '正在运行' : `正在运行 ${n} 个`),
      waiting: (n) => `等待 ${n} 个`,
    },
    language: { change: '切换为英文', short: 'English' },
    theme: { toDark: '切换为深色主题', toLight: '切换为浅色主题' },
    empty: {
      title: '画布是空的',
      text: '提交到此服务器的工作流会照常运行，进度见上方队列。',
      missing: '目前还不能在这里打开工作流。',
      api: '服务器的 API',
      nodes: '全部节点',
    },
    zoom: { label: '缩放', in: '放大', out: '缩小', reset: '恢复 100 %' },
    link: {
      connecting: '正在连接……',
      open: '已连接',
      lost: '未连接',
      banner: (seconds) => (seconds > 0 ? `无法连接服务器，${seconds} 秒后重试。` : '无法连接服务器，正在重试……'),
      again: '立即重试',
    },
    machine: {
      version: (version) => `limn ${version}`,
      memory: (used, total) => `内存 ${used} / ${total}`,
      video: (used, total) => `显存 ${used} / ${total}`,
    },
    failed: { title: 'limn 无法显示此页面', again: '重新加载' },
  },
);
