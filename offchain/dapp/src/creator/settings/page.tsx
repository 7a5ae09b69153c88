import { useSettings } from '../../state/settings.tsx';
import { useTheme } from '../../state/use-theme.ts';
import { useChain } from '../../state/chain.tsx';
import { Choices } from '../../ui/field.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Card, Facts, Grid, Page as Frame } from '../../ui/page.tsx';
import { Hex } from '../../ui/values.tsx';
import { Addresses } from './addresses.tsx';

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
