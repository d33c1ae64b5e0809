// English, and the source of all keys: another language has the same ones, or tsc fails.
export const en = {
  locale: 'en',
  name: 'English',
  graph: 'Node graph',
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
};

export type Words = typeof en;
