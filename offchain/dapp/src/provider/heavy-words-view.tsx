import type { Standing } from '../../../client/read-standing.ts';
import { HeavyLink } from '../explorer/links.tsx';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { Progress } from '../ui/progress.tsx';
import { formatBytes, formatRate, plural } from '../ui/format.ts';
import './provider.css';

const TONES = { newcomer: 'accent', good: 'good', warned: 'warn', excluded: 'bad' } as const;
const PARTS = { audits: 'Audits', retrieval: 'Reads', uptime: 'Uptime', repair: 'Repairs' } as const;

/** Each heavy node's own signed word about a provider: the score, its parts, why, and the way back. */
export function HeavyWords({ words }: { words: readonly Standing[] }) {
  if (words.length === 0) return <Empty icon="heavy" title="Nobody has seen it yet">A heavy node speaks of a provider when it has probed it, or when no heavy node answers now.</Empty>;
  return <div className="stack">{words.map((one) => <OneWord key={one.heavy} standing={one} />)}</div>;
}

function OneWord({ standing: { heavy, entry } }: { standing: Standing }) {
  const { score, state, parts, bytesPerSecond, ageEpochs, successes, limitBytes, heldBytes, contained, causes, wayBack } = entry;
  return (
    <section className="heavy-word" aria-label={`Heavy node ${heavy}`}>
      <p className="spread"><span>Heavy node <HeavyLink id={heavy} /></span><span className="row"><strong>{score.toFixed(3)}</strong><Badge tone={TONES[state]}>{state}</Badge></span></p>
      <div className="heavy-word-parts">
        {(Object.keys(PARTS) as (keyof typeof PARTS)[]).map((part) => <Progress key={part} label={PARTS[part]} share={parts[part].mean} note={`${(parts[part].mean * 100).toFixed(1)} %`} {...(parts[part].mean < 0.6 ? { tone: 'bad' as const } : parts[part].mean < 0.8 ? { tone: 'warn' as const } : {})} />)}
      </div>
      <p className="muted small">Known for {plural(ageEpochs, 'epoch')}; {bytesPerSecond === undefined ? 'its speed is not measured yet' : `it sends ${formatRate(bytesPerSecond)}`}.{limitBytes === undefined ? '' : ` A newcomer: ${plural(Math.floor(successes), 'check')} passed, so it may hold ${formatBytes(limitBytes)} of this node's agreements, and holds ${formatBytes(heldBytes)}.`}{contained === 0 ? '' : ` ${plural(contained, 'question')} without a clear answer are asked again.`}</p>
      {causes.length + wayBack.length === 0 ? null : <ul className="causes">{causes.map((cause) => <li key={cause}>{cause}</li>)}{wayBack.map((line) => <li key={line}>Way back: {line}</li>)}</ul>}
    </section>
  );
}
