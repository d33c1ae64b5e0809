// What program this is, and on what it runs.
import { both } from '../both.ts';

export const about = both(
  {
    title: 'About limn',
    version: 'Version',
    device: 'Device',
    memory: 'Memory',
    of: (free: string, total: string) => `${free} of ${total} free`,
    build: 'Built by',
    kinds: { optimized: 'optimised', debug: 'for debugging', sanitized: 'with sanitizers' },
    began: 'Running since',
    features: 'It can',
    copy: 'Copy',
    copied: 'Copied',
    failed: (why: string) => `The server did not answer: ${why}`,
    open: 'API reference',
  },
  {
    title: '关于 limn',
    version: '版本',
    device: '设备',
    memory: '内存',
    of: (free, total) => `可用 ${free}，共 ${total}`,
    build: '编译器',
    kinds: { optimized: '优化版', debug: '调试版', sanitized: '带运行时检查' },
    began: '启动时间',
    features: '功能',
    copy: '复制',
    copied: '已复制',
    failed: (why) => `服务器没有应答：${why}`,
    open: 'API 文档',
  },
);
