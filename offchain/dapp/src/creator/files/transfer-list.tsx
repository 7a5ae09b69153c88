import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure } from '../../ui/failure.tsx';
import { formatBytes } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { Card } from '../../ui/page.tsx';
import { Progress } from '../../ui/progress.tsx';
import { STAGE_WORDS, TRANSFER_STATES as STATES, sayTransfer, stagesOf } from './stages.ts';
import { transfers, useTransfers } from './transfer-store.ts';
import type { Transfer } from './transfer-store.ts';

/** What is on its way, stage by stage. */
export function TransferList() {
  const list = useTransfers();
  const newest = list.at(-1);
  const done = list.filter(({ state }) => state === 'done');
  return (
    <>
      <p className="sr-only" role="status">{newest === undefined ? '' : sayTransfer(newest)}</p>
      {list.length === 0 ? null : (
        <Card title="Transfers" actions={done.length < 2 ? undefined : <Button kind="quiet" isSmall onClick={() => done.forEach(({ id }) => transfers.forget(id))}>Take the finished ones off</Button>}>
          <ul className="transfers">{[...list].reverse().map((one) => <li key={one.id}><One transfer={one} /></li>)}</ul>
        </Card>
      )}
    </>
  );
}

function One({ transfer }: { transfer: Transfer }) {
  const { id, kind, name, state, error, result } = transfer;
  const { text, tone } = STATES[state];
  return (
    <div className="transfer">
      <div className="spread">
        <span className="file-name"><Icon name={kind} />{name}</span>
        <span className="row">
          <Badge tone={tone}>{text}</Badge>
          {state === 'running' ? <Button kind="quiet" isSmall icon="pause" onClick={() => transfers.pause(id)}>Pause</Button> : null}
          {state === 'paused' || state === 'failed' ? <Button isSmall icon="play" onClick={() => transfers.resume(id)}>Go on</Button> : null}
          {state === 'running' ? null : <Button kind="quiet" isSmall icon="cross" aria-label={`Take ${name} off this list`} onClick={() => transfers.forget(id)} />}
        </span>
      </div>
      {state === 'done' ? <p className="muted small">{result}</p> : (
        <div className="stages">
          {stagesOf(transfer).map(({ stage, doneBytes, totalBytes, share }) => (
            <Progress key={stage} label={STAGE_WORDS[stage]} share={share} note={totalBytes === undefined ? (doneBytes === 0 ? '' : formatBytes(doneBytes)) : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`} {...(state === 'failed' ? { tone: 'bad' as const } : {})} />
          ))}
        </div>
      )}
      {state === 'failed' ? <Failure error={error} what={kind === 'upload' ? 'The upload stopped; what was sent is kept' : 'The download stopped'} /> : null}
      {state === 'paused' ? <p className="muted small">What was sent is kept. It goes on where it stopped, and nothing is sent or paid twice.</p> : null}
    </div>
  );
}
