// usage: node scripts/bench/attach.ts [--json] [--lights 1000] [--seconds 10]   (light nodes attached to one heavy node: memory of its process, messages per second)
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Light nodes run in a few processes, so that their work is not the heavy node's. */
const LIGHT_PROCESSES = 2;
const HEAVY = fileURLToPath(new URL('./attach-heavy.ts', import.meta.url));
const LIGHTS = fileURLToPath(new URL('./attach-lights.ts', import.meta.url));
const MIB = 2 ** 20;

interface Usage {
  readonly rssBytes: number;
  readonly cpuSeconds: number;
  readonly attached: number;
}

export interface AttachFigures {
  readonly lights: number;
  readonly attachedPerSecond: number;
  readonly rssBeforeMib: number;
  readonly rssAttachedMib: number;
  readonly rssBusyMib: number;
  /** Requests and replies, as fast as all light nodes together send them. */
  readonly requestsPerSecond: number;
  /** Signed asks: each is checked, kept and passed on. */
  readonly asksPerSecond: number;
  /** Share of one core that leases alone take, renewed every 20 s. */
  readonly idleCpuShare: number;
}

async function ask<T>(child: ChildProcess, message: object): Promise<T> {
  child.send(message);
  const [reply] = (await once(child, 'message')) as [T];
  return reply;
}

export async function measureAttachment(options: { readonly lights: number; readonly seconds: number }): Promise<AttachFigures> {
  const { lights, seconds } = options;
  const home = await mkdtemp(join(tmpdir(), 'holdfast-attach-'));
  const heavy = fork(HEAVY);
  const groups = Array.from({ length: LIGHT_PROCESSES }, () => fork(LIGHTS));
  try {
    const { addresses } = await ask<{ addresses: string[] }>(heavy, { act: 'start', home, lights });
    const usage = () => ask<Usage>(heavy, { act: 'usage' });
    const before = await usage();
    const startMs = performance.now();
    const share = Math.ceil(lights / LIGHT_PROCESSES);
    await Promise.all(groups.map((group, i) => ask(group, { act: 'attach', home: join(home, `lights-${i}`), addresses, from: 10 + i * share, count: Math.min(share, lights - i * share), lights })));
    const attachSeconds = (performance.now() - startMs) / 1000;
    const attached = await usage();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const idle = await usage();
    const busy = async (act: string) => (await Promise.all(groups.map((group) => ask<{ perSecond: number }>(group, { act, seconds })))).reduce((sum, { perSecond }) => sum + perSecond, 0);
    const requestsPerSecond = await busy('hello');
    const asksPerSecond = await busy('ask');
    const after = await usage();
    const mib = (bytes: number): number => Math.round(bytes / MIB);
    return {
      lights: after.attached,
      attachedPerSecond: Math.round(lights / attachSeconds),
      rssBeforeMib: mib(before.rssBytes),
      rssAttachedMib: mib(idle.rssBytes),
      rssBusyMib: mib(after.rssBytes),
      requestsPerSecond: Math.round(requestsPerSecond),
      asksPerSecond: Math.round(asksPerSecond),
      idleCpuShare: Number(((idle.cpuSeconds - attached.cpuSeconds) / seconds).toFixed(3)),
    };
  } finally {
    for (const child of [heavy, ...groups]) child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, lights: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '10' } } });
  const figures = await measureAttachment({ lights: Number(values.lights), seconds: Number(values.seconds) });
  const lines = Object.entries(figures).map(([name, value]) => `${name.padEnd(20)} ${value}`);
  process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : `${lines.join('\n')}\n`);
}
