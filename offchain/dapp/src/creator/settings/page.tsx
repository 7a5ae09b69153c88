import { useState } from 'react';
import { useSettings } from '../../state/settings.tsx';
import { readChoices, writeChoices } from '../../state/choices.ts';
import { useTheme } from '../../state/use-theme.ts';
import { useToasts } from '../../state/toasts.tsx';
import { useChain } from '../../state/chain.tsx';
import { webUrl } from '../../../server/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Choices, Field } from '../../ui/field.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Card, Facts, Grid, Page as Frame } from '../../ui/page.tsx';
import { Hex } from '../../ui/values.tsx';

export function Page() {
  const [theme, choose] = useTheme();
  return (
    <Frame title="Settings" lead="Kept in this browser only.">
      <Grid min="large">
        <Card title="Colours">
          <Choices legend="Light or dark" value={theme} onChange={choose} options={[{ value: 'system', title: 'As the system prefers' }, { value: 'light', title: 'Light' }, { value: 'dark', title: 'Dark' }]} />
        </Card>
        <Addresses />
        <Network />
      </Grid>
    </Frame>
  );
}

function Addresses() {
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

function Network() {
  const { deployment, rpcUrls, heavies, subgraphUrl, isDevnet } = useSettings();
  const { clock } = useChain();
  return (
    <Card title="This network">
      <Facts rows={[
        { name: 'Chain', value: `${deployment.chainId}${isDevnet ? ' (a test network: tokens are worth nothing)' : ''}` },
        { name: 'Epoch', value: formatDuration(clock.epochSeconds, { parts: 2 }) },
        { name: 'Period', value: formatDuration(clock.epochSeconds * clock.epochsPerPeriod, { parts: 2 }) },
        { name: 'Market contract', value: <Hex value={deployment.market} /> },
        { name: 'Token contract', value: <Hex value={deployment.token} /> },
        { name: 'Chain addresses', value: rpcUrls.join(', ') },
        { name: 'Query endpoint', value: subgraphUrl ?? 'none: everything comes from the chain' },
        { name: 'Heavy nodes', value: heavies.length === 0 ? 'those of the registry' : heavies.join(', ') },
      ]} />
    </Card>
  );
}
