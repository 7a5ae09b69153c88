import type { Diagnosis } from './doctor.ts';

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

export function doctorLines({ findings, status }: Diagnosis): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, status: one, cause, fix }) => [`${MARKS[one]}  ${check.padEnd(width)}  ${cause}`, ...(fix === undefined ? [] : [`${' '.repeat(width + 8)}-> ${fix}`])]);
  const count = (one: string) => findings.filter((finding) => finding.status === one).length;
  const end = status === 'ok' ? 'All is well.' : `${count('fail')} failed, ${count('warn')} to look at.`;
  return [...lines, end];
}
