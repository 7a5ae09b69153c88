import { formatBytes, formatSeconds } from './units.ts';

/** A bar with rate and time left on a terminal, a plain line now and then elsewhere, nothing when it is off. */
export interface Progress {
  update(state: ProgressState): void;
  /** Leaves the last state standing. */
  done(): void;
}

export interface ProgressState {
  readonly label: string;
  readonly done: number;
  /** Absent while the whole is unknown. */
  readonly total?: number | undefined;
  /** What is counted when it is not bytes: "nodes", "epochs". */
  readonly unit?: string | undefined;
}

export interface ProgressOptions {
  readonly mode: 'bar' | 'lines' | 'off';
  readonly write: (text: string) => void;
  readonly nowMs?: () => number;
}

const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 2_000;
const BAR_CELLS = 24;
const CLEAR_LINE = '\r\u001b[K';

export function createProgress(options: ProgressOptions): Progress {
  const { mode, write, nowMs = Date.now } = options;
  const startMs = nowMs();
  let shownMs = -Infinity;
  let last: ProgressState | undefined;
  let isShown = false;

  const show = (state: ProgressState) => {
    const text = progressText(state, { elapsedMs: nowMs() - startMs, withBar: mode === 'bar' });
    write(mode === 'bar' ? `${CLEAR_LINE}${text}` : `${text}\n`);
    isShown = true;
  };

  return {
    update(state) {
      last = state;
      isShown = false;
      if (mode === 'off' || nowMs() - shownMs < (mode === 'bar' ? BAR_INTERVAL_MS : LINE_INTERVAL_MS)) return;
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
