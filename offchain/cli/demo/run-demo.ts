import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptSignal } from '../supervision.ts';
import { createProgress } from '../progress.ts';
import type { KeptNetwork } from './leave-running.ts';
import { demoStory } from './story-options.ts';
import { tellStory } from './tell-story.ts';

export interface DemoOptions {
  readonly json?: string;
  readonly seed?: number;
  readonly providers: number;
  readonly keep?: boolean;
  readonly epochSeconds: number;
  readonly sizeMib: number;
}

/** Runs the demo, writes its report, and ends the process: 0 only when every step was right. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const signal = interruptSignal();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  const bar = createProgress({ mode: process.stdout.isTTY ? 'bar' : 'off', write: (text) => void process.stdout.write(text) });
  const say = (text: string) => {
    bar.done();
    process.stdout.write(`${text}\n`);
  };
  say(`Holdfast demo in ${folder}`);
  const report = await tellStory(
    demoStory({ ...options, seed: options.seed, keep: options.keep === true, folder, say, progress: (state) => bar.update(state) }),
    signal,
  );
  bar.done();
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);

  const isInterrupted = signal.aborted && signal.reason instanceof InterruptedError;
  const isKept = options.keep === true || (!report.ok && !isInterrupted);
  if (!isKept) await rm(folder, { recursive: true, force: true });
  if (report.ok) say(`\nAll ${report.steps.length} steps ok in ${report.seconds} s.${isKept ? ` Everything is in ${folder}.` : ''}`);
  if (report.kept !== undefined) for (const line of keptLines(report.kept)) say(line);
  if (isInterrupted) say('\nInterrupted; everything was removed.');
  else if (!report.ok) say(`\nStep "${report.steps.at(-1)?.name ?? 'chain'}" failed after ${report.seconds} s: ${report.error ?? ''}\nThe logs of all processes are in ${join(folder, 'logs')}.`);
  process.exit(report.ok ? EXIT.ok : isInterrupted ? EXIT.interrupted : EXIT.failure);
}

function keptLines(kept: KeptNetwork): string[] {
  return [
    '',
    'The network goes on:',
    `  RPC         ${kept.rpcUrl}`,
    `  deployment  ${kept.deployment}`,
    ...kept.heavies.map((url) => `  heavy node  ${url}`),
    ...kept.providers.map((url) => `  provider    ${url}`),
    `  creator     holdfast status --home ${kept.creatorHome}   (HOLDFAST_PASSWORD=${kept.password})`,
    `  end it      kill $(cat ${kept.pidFile})`,
  ];
}
