import { formatBytes, formatSeconds } from './units.ts';

/** A bar with rate and time left on a terminal, a plain line or a JSON line now and then elsewhere, nothing when it is off. */
export interface Progress {
  update(state: ProgressState): void;
  /** Leaves the last state standing. */
  done(): void;
}

export interface ProgressState {
  readonly label: string;
  /** The label as programs know it. */
  readonly stage?: string | undefined;
  readonly done: number;
  /** Absent while the whole is unknown. */
  readonly total?: number | undefined;
  /** What is counted when it is not bytes: "nodes", "epochs". */
  readonly unit?: string | undefined;
}

export interface ProgressOptions {
  readonly mode: 'bar' | 'lines' | 'json' | 'off';
  readonly write: (text: string) => void;
  readonly nowMs?: () => number;
}

const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 2_000;
const JSON_INTERVAL_MS = 500;
const INTERVAL_MS = { bar: BAR_INTERVAL_MS, lines: LINE_INTERVAL_MS, json: JSON_INTERVAL_MS } as const;
const BAR_CELLS = 24;
const CLEAR_LINE = '\r\u001b[K';

export function createProgress(options: ProgressOptions): Progress {
  const { mode, write, nowMs = Date.now } = options;
  const startMs = nowMs();
  let shownMs = -Infinity;
  let last: ProgressState | undefined;
  let isShown = false;
  // A stage has a rate of its own: what was encoded says nothing of what is sent.
  let stageStartMs = startMs;

  const show = (state: ProgressState) => {
    const elapsedMs = nowMs() - stageStartMs;
    const text = mode === 'json' ? progressJson(state, elapsedMs) : progressText(state, { elapsedMs, withBar: mode === 'bar' });
    write(mode === 'bar' ? `${CLEAR_LINE}${text}` : `${text}\n`);
    isShown = true;
  };

  return {
    update(state) {
      if (mode === 'off') return;
      const isNewStage = last !== undefined && last.label !== state.label;
      if (isNewStage) stageStartMs = nowMs();
      last = state;
      isShown = false;
      // Programs are told of every stage, however short.
      if (nowMs() - shownMs < INTERVAL_MS[mode] && !(isNewStage && mode === 'json')) return;
      shownMs = nowMs();
      show(state);
    },
    done() {
      if (mode === 'off' || last === undefined) return;
      if (!isShown) show(last);
      if (mode === 'bar') write('\n');
      last = undefined;
    },
  };
}

/** `{"progress":{"stage":"send","doneBytes":1024,"totalBytes":4096,"bytesPerSecond":512,"secondsLeft":6}}`; what is not known is null. */
export function progressJson(state: ProgressState, elapsedMs: number): string {
  const { label, stage = label, done, total = null, unit } = state;
  const perSecond = elapsedMs > 0 ? Math.round((done * 1000) / elapsedMs) : null;
  const secondsLeft = total === null || perSecond === null || perSecond === 0 ? null : Math.ceil(Math.max(0, total - done) / perSecond);
  const counted = unit === undefined ? { doneBytes: done, totalBytes: total, bytesPerSecond: perSecond } : { done, total, unit };
  return JSON.stringify({ progress: { stage, ...counted, secondsLeft } });
}

/** "Sending  [======      ]  42 %  27.0 MiB of 64.0 MiB  12.3 MiB/s  3s left". */
export function progressText(state: ProgressState, options: { elapsedMs: number; withBar: boolean }): string {
  const rate = options.elapsedMs > 0 ? (state.done * 1000) / options.elapsedMs : 0;
  const total = state.total;
  const share = total === undefined || total === 0 ? undefined : Math.min(1, state.done / total);
  const parts = [state.label];
  if (share !== undefined && options.withBar) {
    const full = Math.round(share * BAR_CELLS);
    parts.push(`[${'='.repeat(full)}${' '.repeat(BAR_CELLS - full)}]`);
  }
  if (share !== undefined) parts.push(`${Math.floor(share * 100)} %`);
  if (state.unit !== undefined) {
    parts.push(total === undefined ? `${state.done} ${state.unit}` : `${state.done} of ${total} ${state.unit}`);
    return parts.join('  ');
  }
  parts.push(total === undefined ? formatBytes(state.done) : `${formatBytes(state.done)} of ${formatBytes(total)}`);
  parts.push(`${formatBytes(rate)}/s`);
  if (total !== undefined && rate > 0 && state.done < total) parts.push(`${formatSeconds((total - state.done) / rate)} left`);
  return parts.join('  ');
}
