import { useChain } from '../../state/chain.tsx';
import { Choices, Field } from '../../ui/field.tsx';
import { formatBytes, formatDuration, plural } from '../../ui/format.ts';
import { Hint } from '../../ui/hint.tsx';
import { Card } from '../../ui/page.tsx';
import type { Plan, SchemeChoice } from './plan.ts';

/** As typed. */
export interface WishText {
  readonly space: string;
  readonly scheme: string;
  readonly days: string;
  readonly price: string;
}

export interface WishFormProps {
  readonly text: WishText;
  readonly onChange: (text: WishText) => void;
  readonly schemes: readonly SchemeChoice[];
  readonly chosen: string | undefined;
  /** Periods of seconds or minutes: a test network. */
  readonly isQuick: boolean;
  readonly problems: { readonly space: string | undefined; readonly time: string | undefined };
  readonly plan: Plan | undefined;
  readonly providers: number | undefined;
}

const SPACES = ['64 MiB', '1 GiB', '50 GiB', '1 TiB'];

export function WishForm({ text, onChange, schemes, chosen, isQuick, problems, plan, providers }: WishFormProps) {
  const { clock } = useChain();
  const periodSeconds = clock.epochSeconds * clock.epochsPerPeriod;
  return (
    <Card title="What you need">
      <div className="stack-tight">
        <Field label="Space" hint={<Hint word="quota" />} value={text.space} autoComplete="off" onChange={({ target }) => onChange({ ...text, space: target.value })} problem={problems.space} note={plan === undefined ? undefined : `${formatBytes(plan.spaceBytes)} in parcels of ${formatBytes(2 ** plan.batchLog2)}; each provider keeps ${formatBytes(plan.bytesPerProvider)}.`} />
        <div className="chips" role="group" aria-label="Common sizes">
          {SPACES.map((space) => <button key={space} type="button" className="chip" aria-pressed={text.space === space} onClick={() => onChange({ ...text, space })}>{space}</button>)}
        </div>
      </div>
      <Field label={isQuick ? 'Periods' : 'Days'} hint={<Hint word="period" />} inputMode="numeric" autoComplete="off" value={text.days} placeholder={isQuick ? '20' : '30'} onChange={({ target }) => onChange({ ...text, days: target.value })} problem={problems.time}
        note={plan === undefined ? undefined : `${plural(plan.periods, 'period')} of ${formatDuration(periodSeconds, { parts: 2 })}, and the rest of this one. It may be extended at any time.`} />
      {schemes.length === 0 ? <p className="problem">There are too few providers: {providers ?? 0} are registered, and two are needed.</p> : (
        <Choices legend="Spread over" hint={<Hint word="scheme" />} value={chosen ?? ''} onChange={(scheme) => onChange({ ...text, scheme })} options={schemes.map(({ id, title, text: note }) => ({ value: id, title: `${title} (${id})`, text: note }))} />
      )}
    </Card>
  );
}
