import { useState } from 'react';
import { Button } from './button.tsx';

/** Text that is to be handed on: whole, selectable, with a button that copies it. */
export function CopyBox({ label, value }: { label: string; value: string }) {
  const [state, setState] = useState<'' | 'Copied' | 'Select it and copy it by hand'>('');
  const copy = () => navigator.clipboard.writeText(value).then(() => setState('Copied'), () => setState('Select it and copy it by hand'));
  return (
    <div className="stack-tight">
      <p className="small"><strong>{label}</strong></p>
      <p className="secret">{value}</p>
      <div className="row"><Button isSmall icon="copy" onClick={() => void copy()}>Copy</Button><span className="muted small" role="status">{state}</span></div>
    </div>
  );
}
