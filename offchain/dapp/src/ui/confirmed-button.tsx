import { useState } from 'react';
import type { ReactNode } from 'react';
import { useAct } from '../state/act.ts';
import type { Done } from '../state/act.ts';
import { Button } from './button.tsx';
import type { ButtonProps } from './button.tsx';
import { Confirm } from './confirm.tsx';
import type { ConfirmProps } from './confirm.tsx';

interface ConfirmedButtonProps<R> extends Pick<ButtonProps, 'kind' | 'icon' | 'isSmall' | 'disabled'>, Pick<ConfirmProps, 'title' | 'rows' | 'act'> {
  readonly label: ReactNode;
  readonly run: () => Promise<R>;
  readonly done: (result: R) => Done;
  /** What will happen. */
  readonly children: ReactNode;
}

/** One act without a field: asked about before it is signed. */
export function ConfirmedButton<R>({ label, run, done, title, rows, act, children, ...look }: ConfirmedButtonProps<R>) {
  const [isAsked, setAsked] = useState(false);
  const acting = useAct(run, done);
  const confirm = async () => {
    if ((await acting.run()) !== undefined) setAsked(false);
  };
  return (
    <>
      <Button {...look} isBusy={acting.isBusy} onClick={() => { acting.reset(); setAsked(true); }}>{label}</Button>
      <Confirm isOpen={isAsked} title={title} act={act} isDanger={look.kind === 'danger'} isBusy={acting.isBusy} error={acting.error} onClose={() => setAsked(false)} onConfirm={() => void confirm()} {...(rows === undefined ? {} : { rows })}>
        <p>{children}</p>
      </Confirm>
    </>
  );
}
