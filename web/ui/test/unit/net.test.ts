// What is read from the server, and when it is asked again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrame } from '../../src/net/frames.ts';
import { moved, readJob, readWaiting } from '../../src/net/jobs.ts';
import { readMachine } from '../../src/net/server.ts';
import { readMessage, waitBefore } from '../../src/net/socket.ts';

test('each wait for the server is twice the last, up to ten seconds', () => {
  assert.deepEqual([0, 1, 2, 5, 6, 50].map(waitBefore), [300, 600, 1200, 9600, 10000, 10000]);
});

test('a message has a type; all else is none', () => {
  assert.deepEqual(readMessage('{"type": "status", "data": {"a": 1}}'), { type: 'status', data: { a: 1 } });
  for (const text of ['', '{', '[]', '3', 'null', '{"type": 3}', '{"data": {}}']) assert.equal(readMessage(text), undefined);
});

const job = (id: string, status: string, priority = 0, create_time = 0) => ({ id, status, priority, create_time });
const ids = (jobs: readonly { id: string }[]) => jobs.map((j) => j.id).join(' ');

test('what waits stands in the order in which it will run', () => {
  const jobs = [job('a', 'pending', 7, 1), job('b', 'in_progress'), job('c', 'pending', -3, 9), job('d', 'pending', 7, 0)];
  const read = readWaiting({ jobs, pagination: { total: 4 } });
  assert.equal(ids(read.running), 'b');
  assert.equal(ids(read.waiting), 'c d a');
  assert.equal(read.more, 0);
  assert.equal(readWaiting({ jobs, pagination: { total: 5000 } }).more, 4996);
});

test('a list of another shape has no jobs', () => {
  for (const odd of [undefined, null, 3, 'x', [], {}, { jobs: 3 }, { jobs: [null, 4, { id: 3, status: 'pending' }, { id: 'x', status: 'odd' }] }])
    assert.deepEqual([readWaiting(odd).running, readWaiting(odd).waiting], [[], []]);
});

test('a job that failed says why, and one that gave a picture which', () => {
  const read = readJob({
    ...job('0123456789', 'failed'),
    execution_error: { exception_message: 'no memory\n', exception_type: 'torch.OutOfMemoryError' },
    preview_output: { filename: 'a.png', subfolder: 's', type: 'temp', nodeId: '9', mediaType: 'images' },
  });
  assert.deepEqual(read?.error, { message: 'no memory', type: 'torch.OutOfMemoryError' });
  assert.deepEqual(read?.preview, { filename: 'a.png', subfolder: 's', type: 'temp', version: '01234567' });
});

test('a job of another browser knows the document that sent it', () => {
  const limn = { uid: 'u', name: '肖像', seed: '18446744073709551615' };
  assert.deepEqual(readJob({ ...job('0123456789', 'completed'), limn })?.sender, limn);
  assert.deepEqual(readJob({ ...job('0123456789', 'completed'), limn: { uid: 'u' } })?.sender, { uid: 'u', name: '' });
  assert.equal(readJob({ ...job('0123456789', 'completed'), limn: 7 })?.sender, undefined);
});

test('jobs are moved before another, and to the end', () => {
  const jobs = readWaiting({ jobs: ['a', 'b', 'c', 'd'].map((id, i) => job(id, 'pending', i)) }).waiting;
  assert.equal(ids(moved(jobs, ['d'], 'a')), 'd a b c');
  assert.equal(ids(moved(jobs, ['a', 'c'], undefined)), 'b d a c');
  assert.equal(ids(moved(jobs, ['b'], 'b')), 'a c d b');
  assert.equal(ids(moved(jobs, ['gone'], 'a')), 'a b c d');
});

const encoder = new TextEncoder();
function frame(...parts: (number | string | Uint8Array)[]): ArrayBuffer {
  const pieces = parts.map((p) => {
    if (typeof p !== 'number') return typeof p === 'string' ? encoder.encode(p) : p;
    const four = new Uint8Array(4);
    new DataView(four.buffer).setUint32(0, p);
    return four;
  });
  const all = new Uint8Array(pieces.reduce((n, p) => n + p.length, 0));
  pieces.reduce((at, p) => (all.set(p, at), at + p.length), 0);
  return all.buffer;
}

test('a picture without a node is of the one that runs', async () => {
  const read = readFrame(frame(1, 2, new Uint8Array([9, 8, 7])));
  assert.ok(read?.is === 'picture' && read.node === undefined);
  assert.equal(read.image.type, 'image/png');
  assert.deepEqual([...new Uint8Array(await read.image.arrayBuffer())], [9, 8, 7]);
});

test('a picture that says whose it is', async () => {
  const meta = JSON.stringify({ node_id: '12:3', display_node_id: '12:3', prompt_id: 'j', image_type: 'image/jpeg' });
  const read = readFrame(frame(4, encoder.encode(meta).length, meta, new Uint8Array([1, 2])));
  assert.ok(read?.is === 'picture');
  assert.deepEqual([read.node, read.display, read.job, read.image.type, read.image.size], ['12:3', '12:3', 'j', 'image/jpeg', 2]);
});

test('a line of text for a node', () => {
  assert.deepEqual(readFrame(frame(3, 2, '12', '忙')), { is: 'text', node: '12', text: '忙' });
});

test('frames that end too early, or are of no kind that is known, are none', () => {
  for (const bad of [frame(), frame(1), frame(4, 100, '{}'), frame(3, 7, 'x'), frame(2, 1), frame(77, 1, 'x')])
    assert.equal(readFrame(bad), undefined);
  assert.equal(readFrame(frame(4, 3, 'not', 'picture'))?.is, 'picture'); // without what it belongs to
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
