// The list that opens below a field: what it says of itself.
import { both } from '../both.ts';

export const lists = both(
  {
    stale: 'As it was when the server was last reached',
    waiting: 'Reading the list …',
  },
  {
    stale: '这是上次连接服务器时的列表',
    waiting: '正在读取列表……',
  },
);
