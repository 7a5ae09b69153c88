/** Branches of the mappings that a history takes: each function, loop and condition writes its line into the log, in a build of its own. */
import { join } from 'node:path';
import { loggedBy, type Played } from './check.ts';
import { withBuild } from './mutants.ts';

const MARK = '@@';

/** `file:line` of those that it never takes, with what stands there; `of`: how many there are. */
export async function untakenBranches(played: Played): Promise<{ readonly untaken: readonly string[]; readonly of: number }> {
  const branches = new Map<string, string>();
  const logged = await withBuild((file, text) => marked(file, text, branches), (folder) => loggedBy(played, join(folder, 'manifest.json')));
  const taken = new Set(logged.flatMap((line) => [...line.matchAll(/@@([\w/.:-]+)/g)].map(([, place]) => place)));
  return { untaken: [...branches].filter(([place]) => !taken.has(place)).map(([place, line]) => `${place}: ${line}`), of: branches.size };
}

/** `main.ts` only names the others. */
function marked(file: string, text: string, branches: Map<string, string>): string {
  if (file === 'src/main.ts') return text;
  const lines = text.split('\n').map((line, i) => {
    const place = `${file}:${i + 1}`;
    const changed = withMark(line, `logger.info('${MARK}${place}', []);`);
    if (changed !== line) branches.set(place, line.trim());
    return changed;
  });
  return [`import { log as logger } from '@graphprotocol/graph-ts';`, ...lines].join('\n');
}

function withMark(line: string, mark: string): string {
  if (/^(export )?function .*\{$/.test(line) || /^\): .*\{$/.test(line)) return `${line} ${mark}`;
  const condition = /^\s+(\} else if|else if|if|for|while) \(/.exec(line);
  const end = condition === null ? /^\s+(\} else|else)(?= )/.exec(line)?.[0].length : closing(line, condition[0].length - 1);
  if (end === undefined) return line;
  const rest = line.slice(end).trim();
  if (rest === '{') return `${line} ${mark}`;
  return rest.endsWith(';') ? `${line.slice(0, end)} { ${mark} ${rest} }` : line;
}

/** Behind the parenthesis that closes the one at `open`. */
function closing(line: string, open: number): number {
  let depth = 0;
  for (let i = open; i < line.length; i += 1) {
    if (line[i] === '(') depth += 1;
    if (line[i] === ')') depth -= 1;
    if (depth === 0) return i + 1;
  }
  return line.length;
}
