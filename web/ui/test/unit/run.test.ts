// A job as it is told: the states of nodes, how far it is, how it ends; and pictures, of which the newest wins.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePreviews } from '../../src/run/previews.ts';
import { runOf, setProblems, type Problem } from '../../src/run/run.ts';
import { carried, knowing, neededFor, newTrack, shareOf, told, toldWhole, withOlder, type Prompt, type Track } from '../../src/run/track.ts';

const node = (class_type: string, inputs: Record<string, unknown> = {}) => ({ class_type, inputs });
const PROMPT: Prompt = {
  1: node('Load'),
  2: node('Text', { clip: ['1', 1], text: '["1", 0]' }),
  '12:3': node('Sample', { model: ['1', 0], positive: ['2', 0], steps: 20 }),
  '12:4': node('Decode', { samples: ['12:3', 0], vae: ['1', 2] }),
  9: node('Save', { images: ['12:4', 0] }),
  10: node('Text', { clip: ['1', 1] }), // leads nowhere
};
const equal = () => undefined;

function after(...messages: [string, object][]): Track {
  let now = 0;
  return messages.reduce((t, [type, data]) => told(t, type, data, (now += 100)), knowing(newTrack('0123456789'), PROMPT, ['9']));
}
const states = (t: Track) => Object.entries(t.nodes).map(([id, n]) => `${id} ${n.state}`).sort();
const state = (id: string, state: string, value = 1, max = 1) => ({ nodes: { [id]: { state, value, max, node_id: id } } });

test('what waits is what must run, and no more', () => {
  assert.deepEqual([...neededFor(PROMPT, ['9'], [])].sort(), ['1', '12:3', '12:4', '2', '9']);
  assert.deepEqual([...neededFor(PROMPT, undefined, [])].sort(), ['1', '10', '12:3', '12:4', '2', '9']);
  assert.deepEqual([...neededFor(PROMPT, ['9'], ['12:3', '1'])].sort(), ['1', '12:3', '12:4', '9']);
});

test('an instance shows what the nodes within it do', () => {
  const begun: [string, object][] = [['execution_start', {}], ['execution_cached', { nodes: ['1'] }]];
  assert.deepEqual(states(after(...begun)), ['1 cached', '12 waiting', '12:3 waiting', '12:4 waiting', '2 waiting', '9 waiting']);
  const samples = after(...begun, ['executing', { node: '12:3' }], ['progress_state', state('12:3', 'running', 5, 20)]);
  assert.deepEqual([samples.nodes['12']?.state, samples.nodes['12']?.value, samples.nodes['12']?.max], ['running', 5, 20]);
  const decodes = after(...begun, ['progress_state', state('12:3', 'finished', 20, 20)]);
  assert.equal(decodes.nodes['12']?.state, 'running');
  assert.equal(told(decodes, 'progress_state', state('12:4', 'finished'), 1).nodes['12']?.state, 'done');
});

test('a message changes the node it names, its instances, and no other', () => {
  const t = after(['execution_start', {}], ['progress_state', state('12:3', 'running', 1, 20)]);
  const next = told(t, 'progress_state', { nodes: { ...state('1', 'running').nodes, ...state('12:3', 'running', 2, 20).nodes } }, 500);
  const again = told(next, 'progress_state', { nodes: { ...state('1', 'running').nodes, ...state('12:3', 'running', 3, 20).nodes } }, 600);
  const changed = Object.keys(again.nodes).filter((id) => again.nodes[id] !== next.nodes[id]);
  assert.deepEqual(changed.sort(), ['12', '12:3']);
});

test('the share counts steps, and goes by what nodes took before', () => {
  const half = after(['execution_start', {}], ['execution_cached', { nodes: ['1', '2'] }], ['progress_state', state('12:3', 'running', 10, 20)]);
  assert.ok(Math.abs(shareOf(half, equal) - 10 / 22) < 0.01, String(shareOf(half, equal)));
  const weighed = shareOf(half, (n) => ((n as { class_type: string }).class_type === 'Sample' ? 98 : 1));
  assert.ok(Math.abs(weighed - 0.49) < 0.01, String(weighed));
  assert.equal(shareOf(told(half, 'execution_success', {}, 1), equal), 1);
});

test('steps a second are told over the last few', () => {
  let t = after(['execution_start', {}]);
  for (let step = 0; step <= 10; step++) t = told(t, 'progress_state', state('12:3', 'running', step, 20), 1000 + step * 250);
  assert.ok(Math.abs((t.nodes['12:3']?.rate ?? 0) - 4) < 0.1, String(t.nodes['12:3']?.rate));
});

test('a node that fails keeps its sentence, and what waited does not wait any more', () => {
  const t = after(
    ['execution_start', {}],
    ['executing', { node: '12:3' }],
    ['execution_error', { node_id: '12:3', exception_message: 'no memory\n', exception_type: 'limn.Memory', traceback: ['one\n  two\n'] }],
  );
  assert.equal(t.over, 'error');
  assert.equal(t.nodes['12:3']?.state, 'error');
  assert.equal(t.problems[0]?.message, 'no memory');
  assert.equal(t.nodes['12']?.state, 'error');
  assert.equal(t.nodes['9']?.state, 'idle');
  assert.deepEqual(t.problems[0]?.lines, ['one', '  two']);
});

test('a blocked branch is a warning, and the job goes on', () => {
  const t = after(['execution_start', {}], ['execution_error', { node_id: '9', exception_message: 'Execution Blocked: no', exception_type: 'ExecutionBlocked' }]);
  assert.equal(t.over, undefined);
  assert.equal(t.problems[0]?.severity, 'warning');
});

test('a job that was stopped says where', () => {
  const t = after(['execution_start', {}], ['executing', { node: '12:3' }], ['execution_interrupted', { node_id: '12:3' }]);
  assert.deepEqual([t.over, t.nodes['12:3']?.state, t.nodes['12:4']?.state, t.current], ['interrupted', 'interrupted', 'idle', undefined]);
});

test('pictures stay until others come', () => {
  const output = { images: [{ filename: 'a.png', subfolder: '', type: 'output' }], text: ['one', 'two'] };
  const t = after(['execution_start', {}], ['executed', { node: '9', display_node: '9', output }], ['execution_success', {}]);
  assert.deepEqual(t.nodes['9']?.files, [{ filename: 'a.png', subfolder: '', type: 'output', version: '01234567' }]);
  const next = told({ ...newTrack('next'), nodes: carried(t.nodes) }, 'execution_start', {}, 1);
  assert.deepEqual([next.nodes['9']?.files.length, next.nodes['9']?.text, next.nodes['9']?.state], [1, 'one\ntwo', 'idle']);
});

test('while a run has given nothing yet, what the one before gave stands there', () => {
  const gave = (file: string, text: string) => ({ output: { images: [{ filename: file, subfolder: '', type: 'output' }], text: [text] } });
  const older = after(['executed', { node: '9', ...gave('a.png', 'one') }], ['executed', { node: '8', ...gave('b.png', 'two') }], ['execution_success', {}]).nodes;
  const now = after(['execution_start', {}], ['progress', { node: '9', value: 1, max: 4 }], ['executed', { node: '8', ...gave('c.png', 'new') }]).nodes;
  const both = withOlder(now, older);
  assert.deepEqual([both['9']?.files[0]?.filename, both['9']?.text, both['9']?.state, both['9']?.value], ['a.png', 'one', 'running', 1]);
  assert.deepEqual([both['8']?.files[0]?.filename, both['8']?.text], ['c.png', 'new']);
});

test('a job that ended unheard is told from the history', () => {
  const messages = [['execution_start', {}], ['execution_cached', { nodes: ['1'] }], ['execution_error', { node_id: '9', exception_message: 'full' }]];
  const outputs = { '12:4': { images: [{ filename: 'b.png', type: 'temp' }] } };
  const t = toldWhole(knowing(newTrack('x'), PROMPT, ['9']), { outputs, status: { messages } });
  assert.deepEqual([t.over, t.nodes['1']?.state, t.nodes['12:4']?.state, t.nodes['9']?.state], ['error', 'cached', 'done', 'error']);
  assert.equal(t.nodes['12']?.files[0]?.filename, 'b.png');
});

test('what is told in another shape changes nothing', () => {
  const t = after(['execution_start', {}]);
  for (const odd of [undefined, null, 3, 'x', [], { nodes: 3 }, { nodes: { 1: null } }, { node: 4 }, { output: [] }])
    for (const type of ['progress_state', 'progress', 'executing', 'executed', 'execution_cached', 'what'])
      assert.deepEqual(states(told(t, type, odd, 1)), states(t), `${type} ${JSON.stringify(odd)}`);
});

test('problems are found by node, and by the instances it is in', () => {
  const problem = (node: string): Problem => ({ source: 'check', severity: 'error', node, message: 'm' });
  setProblems('u', 'check', [problem('12:3'), problem('7')]);
  const { faults } = runOf('u');
  assert.deepEqual(Object.entries(faults).map(([n, all]) => `${n} ${all.length}`).sort(), ['12 1', '12:3 1', '7 1']);
  setProblems('u', 'run', [{ source: 'run', severity: 'error', node: '7', message: 'ran' }]);
  assert.equal(runOf('u').faults['12'], faults['12']);
  assert.equal(runOf('u').faults['7']?.length, 2);
  setProblems('u', 'check', []);
  assert.deepEqual(runOf('u').problems.map((p) => p.message), ['ran']);
});

test('of pictures that come while one is read the newest is shown, and no URL outlives its picture', async () => {
  const waiting: (() => void)[] = [];
  const previews = makePreviews(() => new Promise<void>((done) => waiting.push(done)));
  const alive = new Set<string>();
  const { createObjectURL, revokeObjectURL } = URL;
  let n = 0;
  URL.createObjectURL = (blob) => (alive.add(`blob:${(blob as Blob).size} ${++n}`), `blob:${(blob as Blob).size} ${n}`);
  URL.revokeObjectURL = (url) => void alive.delete(url);
  try {
    const shown: string[] = [];
    const give = (size: number) => void previews.give('job 5', new Blob(['x'.repeat(size)]), (url) => shown.push(url.slice(5, 6)));
    const settle = async () => {
      waiting.shift()?.();
      for (let i = 0; i < 10; i++) await Promise.resolve();
    };
    for (const size of [1, 2, 3, 4]) give(size);
    await settle();
    await settle();
    assert.deepEqual(shown, ['1', '4']);
    assert.equal(alive.size, 1);
    give(5);
    previews.drop('job ');
    await settle();
    assert.deepEqual(shown, ['1', '4']);
    assert.equal(alive.size, 0);
    assert.equal(previews.size(), 0);
  } finally {
    Object.assign(URL, { createObjectURL, revokeObjectURL });
  }
});
