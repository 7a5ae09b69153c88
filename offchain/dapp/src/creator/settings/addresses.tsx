import { useState } from 'react';
import { webUrl } from '../../../server/settings.ts';
import { readChoices, writeChoices } from '../../state/choices.ts';
import { useToasts } from '../../state/toasts.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Card } from '../../ui/page.tsx';

/** Addresses that the visitor prefers to the server's. Needs no chain: it is shown as well where none answers. */
export function Addresses() {
  const { show } = useToasts();
  const [choices, setChoices] = useState(() => {
    const { rpcUrl = '', subgraphUrl = '', heavyUrl = '' } = readChoices();
    return { rpcUrl, subgraphUrl, heavyUrl };
  });
  const problemOf = (text: string): string | undefined => (text === '' || webUrl.safeParse(text).success ? undefined : 'It must begin with http:// or https://.');
  const problems = Object.values(choices).map(problemOf);
  const field = (key: keyof typeof choices, label: string, note: string) => (
    <Field label={label} type="url" inputMode="url" placeholder="https://" value={choices[key]} onChange={({ target }) => setChoices((now) => ({ ...now, [key]: target.value.trim() }))} problem={problemOf(choices[key])} note={note} />
  );
  const save = () => {
    const kept = writeChoices({ rpcUrl: choices.rpcUrl || undefined, subgraphUrl: choices.subgraphUrl || undefined, heavyUrl: choices.heavyUrl || undefined });
    if (kept) location.reload();
    else show({ tone: 'bad', text: 'This browser keeps nothing for this page.', nextStep: 'Leave private browsing, or allow this page to keep data.' });
  };
  return (
    <Card title="Addresses of your own">
      {field('rpcUrl', 'Chain (RPC)', 'Asked first; those of the server come after it.')}
      {field('subgraphUrl', 'Query endpoint', 'A heavy node\'s, or one of The Graph.')}
      {field('heavyUrl', 'Heavy node', 'Asked first when you rent.')}
      <div className="actions"><Button kind="primary" disabled={problems.some((one) => one !== undefined)} onClick={save}>Save and reload</Button></div>
    </Card>
  );
}
