import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { movedPlace } from './chart-data.ts';
import { Figure, Legend } from './figure.tsx';
import { STATE_WORDS, runsOf, sayRun, sayStrip } from './proof-strip.ts';
import type { EpochCell, EpochState } from './proof-strip.ts';
import { useWidth } from './use-width.ts';

const HEIGHT = 40;

/** One mark for each epoch: full for proven, a low open one with a cross for missed, a dot for idle, an outline for what is ahead. */
export function ProofTimeline({ cells, title = 'Proofs, epoch by epoch', isTitleShown = true }: { cells: readonly EpochCell[]; title?: string; isTitleShown?: boolean }) {
  const [ref, width] = useWidth();
  const [chosen, setChosen] = useState<number>();
  const count = cells.length;
  const step = width / Math.max(1, count);
  const place = Math.min(chosen ?? count - 1, count - 1);
  const cell = cells[place];
  const press = (event: KeyboardEvent): void => {
    const moved = movedPlace(event.key, place, count);
    if (moved === undefined || count === 0) return;
    event.preventDefault();
    setChosen(moved);
  };
  const words = cell === undefined ? 'No epochs yet' : sayRun({ from: cell.epoch, to: cell.epoch, state: cell.state });
  return (
    <Figure title={title} isTitleShown={isTitleShown} note={`${sayStrip(cells)}.`} table={{ head: ['Epochs', 'State'], rows: runsOf(cells).map(({ from, to, state }) => [from === to ? String(from) : `${from} to ${to}`, STATE_WORDS[state]]) }}>
      <div ref={ref} className="plot strip" role="slider" tabIndex={0} aria-label={`${title}. Arrow keys move along it`} aria-valuemin={cells[0]?.epoch ?? 0} aria-valuemax={cells.at(-1)?.epoch ?? 0} aria-valuenow={cell?.epoch ?? 0} aria-valuetext={words}
        onKeyDown={press} onBlur={() => setChosen(undefined)} onPointerLeave={() => setChosen(undefined)}
        onPointerMove={(event) => setChosen(Math.min(count - 1, Math.max(0, Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / step))))}>
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {cells.map(({ epoch, state }, index) => <Mark key={epoch} state={state} x={index * step} width={step} isChosen={index === chosen} />)}
        </svg>
        <div className="strip-ends" aria-hidden="true"><span>{cells[0] === undefined ? '' : `Epoch ${cells[0].epoch}`}</span><span>{chosen === undefined ? '' : words}</span><span>{cells.at(-1) === undefined ? '' : `Epoch ${cells.at(-1)!.epoch}`}</span></div>
      </div>
      <Legend items={(Object.keys(STATE_WORDS) as EpochState[]).map((state) => ({ name: STATE_WORDS[state], mark: <svg width="13" height="26" viewBox="0 0 20 40" className="swatch" aria-hidden="true"><Mark state={state} x={0} width={20} isChosen={false} /></svg> }))} />
    </Figure>
  );
}

function Mark({ state, x, width, isChosen }: { state: EpochState; x: number; width: number; isChosen: boolean }) {
  const gap = width > 6 ? 2 : width > 3 ? 1 : 0;
  const [left, wide] = [x + gap / 2, Math.max(0.5, width - gap)];
  const middle = left + wide / 2;
  const arm = Math.min(4, wide / 2);
  return (
    <g className={`epoch epoch-${state}${isChosen ? ' epoch-chosen' : ''}`}>
      {state === 'idle' ? <circle cx={middle} cy="32" r={Math.min(2.5, wide / 2)} /> : <rect x={left} width={wide} y={state === 'missed' ? 22 : 4} height={state === 'missed' ? 14 : 32} rx={Math.min(2, wide / 4)} />}
      {state === 'missed' && wide > 3 ? <path d={`M${middle - arm} ${12 - arm}l${2 * arm} ${2 * arm}m0 ${-2 * arm}l${-2 * arm} ${2 * arm}`} /> : null}
    </g>
  );
}
