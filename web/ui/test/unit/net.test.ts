// What is read from the server, and when it is asked again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMachine, readWork } from '../../src/net/server.ts';
import { readMessage, waitBefore } from '../../src/net/socket.ts';

test('each wait for the server is twice the last, up to ten seconds', () => {
  assert.deepEqual([0, 1, 2, 5, 6, 50].map(waitBefore), [300, 600, 1200, 9600, 10000, 10000]);
});

test('a message has a type; all else is none', () => {
  assert.deepEqual(readMessage('{"type": "status", "data": {"a": 1}}'), { type: 'status', data: { a: 1 } });
  for (const text of ['', '{', '[]', '3', 'null', '{"type": 3}', '{"data": {}}']) assert.equal(readMessage(text), undefined);
});

test('what runs and waits is counted, beyond the page that was asked for too', () => {
  const jobs = [{ status: 'in_progress' }, { status: 'pending' }, { status: 'pending' }];
  assert.deepEqual(readWork({ jobs, pagination: { total: 3 } }), { running: 1, waiting: 2 });
  assert.deepEqual(readWork({ jobs, pagination: { total: 5000 } }), { running: 1, waiting: 4999 });
  assert.deepEqual(readWork({ jobs }), { running: 1, waiting: 2 });
});

test('an answer of another shape is nothing to do', () => {
  for (const odd of [undefined, null, 3, 'x', [], {}, { jobs: 3 }, { jobs: [null, 4] , pagination: { total: 0 } }])
    assert.equal(readWork(odd).running, 0);
});

test('a machine without a graphics card has one memory', () => {
  const stats = { system: { ram_total: 100, ram_free: 40, pytorch_version: 'limn 0.1.0' },
                  devices: [{ name: 'cpu', type: 'cpu', vram_total: 100, vram_free: 40 }] };
  assert.deepEqual(readMachine(stats), { version: '0.1.0', device: 'cpu', memory: { used: 60, total: 100 } });
});

test('a machine with one has two', () => {
  const stats = { system: { ram_total: 100 }, devices: [{ name: 'H200', type: 'cuda', vram_total: 80, vram_free: 90 }] };
  assert.deepEqual(readMachine(stats),
    { version: '', device: 'H200', memory: { used: 0, total: 100 }, video: { used: 0, total: 80 } });
});
