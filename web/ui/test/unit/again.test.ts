// A list of jobs that does not come while the server's messages do is asked for again.
import assert from 'node:assert/strict';
import { test } from 'node:test';

test('a list of jobs that failed to come is asked for again, ever later, until it is there', async (t) => {
  Object.assign(globalThis, { document: { baseURI: 'http://127.0.0.1/', documentElement: { dataset: {} } } });
  const { askForWork, useServer } = await import('../../src/net/server.ts');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(console, 'warn', () => {});
  let asked = 0;
  let down = true;
  t.mock.method(globalThis, 'fetch', async () => {
    asked++;
    if (down) throw new TypeError('fetch failed');
    return new Response('{"jobs": []}');
  });
  const passes = async (ms: number) => {
    t.mock.timers.tick(ms);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  useServer.setState({ link: { is: 'open' }, there: true });
  askForWork();
  await passes(250);
  assert.equal(asked, 1);
  for (const [ms, n] of [[999, 1], [1, 2], [1999, 2], [1, 3], [4000, 4], [8000, 5], [8000, 6]] as const) {
    await passes(ms);
    assert.equal(asked, n);
  }
  down = false;
  await passes(8000);
  assert.deepEqual([asked, useServer.getState().work], [7, { running: 0, waiting: 0 }]);
  await passes(60_000);
  assert.equal(asked, 7);
});
