/** Calls `tick` again and again, each call after the last one ended. A failing call is logged and the loop goes on. */
import type { Logger } from '../store/log.ts';

export interface Loop {
  /** Ends the loop and waits for the call under way. */
  stop(): Promise<void>;
}

export function startLoop(options: { readonly name: string; readonly intervalMs: number; readonly log: Logger; readonly tick: () => Promise<void> }): Loop {
  const { name, intervalMs, log, tick } = options;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let lastFault = '';

  const turn = async (): Promise<void> => {
    try {
      await tick();
      if (lastFault !== '') log.info(`${name}.recovered`);
      lastFault = '';
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      // An RPC that is away fails every turn: the first line says it, the others would only fill the disk.
      if (!isStopped && fault !== lastFault) log.warn(`${name}.failed`, { error });
      lastFault = fault;
    }
    if (!isStopped) schedule();
  };
  let running: Promise<void> = Promise.resolve();
  const schedule = () => {
    timer = setTimeout(() => (running = turn()), intervalMs);
  };

  running = turn();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
