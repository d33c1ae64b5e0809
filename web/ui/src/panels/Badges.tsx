// How many there are, on the icons of panels whose own code is fetched when they are opened.
import { useActive } from '../app/documents.ts';
import { useJobs } from '../net/jobs.ts';
import { useProblems } from '../run/run.ts';

const shown = (n: number) => (n > 99 ? '99+' : n);

export function ProblemsBadge() {
  const at = useActive();
  const problems = useProblems(at?.doc.uid);
  const bad = problems.some((p) => p.severity === 'error');
  return problems.length ? <span className="badge" data-bad={bad} data-count={shown(problems.length)} /> : null;
}

export function QueueBadge() {
  const n = useJobs((s) => s.running.length + s.waiting.length + s.more);
  const busy = useJobs((s) => s.running.length > 0);
  return n ? <span className="badge" data-busy={busy} data-count={shown(n)} /> : null;
}
