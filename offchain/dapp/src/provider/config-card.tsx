import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/page.tsx';

/** Price and capacity are the node's own: this is what it reads at its start. */
export function ConfigCard({ config }: { config: string }) {
  const [said, setSaid] = useState('');
  const copy = () => navigator.clipboard.writeText(config).then(() => setSaid('Copied.'), () => setSaid('The browser did not allow it: select the text and copy it.'));
  return (
    <Card title="For the node" actions={<Button icon="copy" isSmall onClick={() => void copy()}>Copy</Button>}>
      <p>Price and capacity are in no contract: the node signs them with every offer. Put this into its <span className="mono">config.json</span> and run <span className="mono">holdfast provider start</span>.</p>
      <pre className="config" tabIndex={0} aria-label="The node's configuration">{config}</pre>
      <p className="muted small" role="status">{said}</p>
    </Card>
  );
}
