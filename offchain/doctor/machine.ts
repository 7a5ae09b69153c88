/** What the machine gives this process. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { fail, ok, warn } from './finding.ts';
import type { Check, Finding } from './finding.ts';

const MIB = 1024 * 1024;
const NODE_MAJOR = 24;

export interface MachineWants {
  readonly descriptors: number;
  readonly memoryBytes: number;
}

export function machineCheck(wants: MachineWants): Check {
  return { name: 'machine', run: async () => [node(), await descriptors(wants.descriptors), await memory(wants.memoryBytes)] };
}

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= NODE_MAJOR ? ok('node', `Node ${process.versions.node} on ${availableParallelism()} cores.`) : fail('node', `Node ${process.versions.node} is too old.`, `Install Node ${NODE_MAJOR} or newer.`);
}

async function descriptors(want: number): Promise<Finding> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const found = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
  if (found === undefined) return ok('descriptors', 'This system does not tell its limit of open files.');
  const limit = found === 'unlimited' ? Infinity : Number(found);
  if (limit >= want) return ok('descriptors', `${found} files and connections may be open at once.`, { facts: { limit } });
  return warn('descriptors', `Only ${found} files and connections may be open at once; ${want} are wanted.`, 'Raise it: `ulimit -n 65536`, or LimitNOFILE= in the service file.', { facts: { limit, want } });
}

/** A container's limit counts where there is one. */
async function memory(want: number): Promise<Finding> {
  const text = (await readFile('/sys/fs/cgroup/memory.max', 'utf8').catch(() => 'max')).trim();
  const limit = Math.min(totalmem(), text === 'max' ? Infinity : Number(text));
  const available = Math.min(limit, await availableBytes());
  const facts = { limitBytes: limit, availableBytes: available };
  const said = `${Math.floor(available / MIB)} MiB of ${Math.floor(limit / MIB)} MiB are available`;
  if (limit < want) return fail('memory', `${said}; ${Math.floor(want / MIB)} MiB are wanted.`, 'Use a machine, or a container, with more memory.', { facts });
  return available < want ? warn('memory', `${said}; ${Math.floor(want / MIB)} MiB are wanted.`, 'End what else runs here, or add memory.', { facts }) : ok('memory', `${said}.`, { facts });
}

/** What the kernel could give, its caches included; what is free alone says little. */
async function availableBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1024;
}
