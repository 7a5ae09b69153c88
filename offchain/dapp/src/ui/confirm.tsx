import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';
import { Facts } from './page.tsx';

export interface ConfirmProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** What will happen, in a sentence or two. */
  readonly children?: ReactNode;
  /** What it costs, line by line; the last one with `isTotal`. */
  readonly rows?: readonly { readonly name: ReactNode; readonly value: ReactNode; readonly isTotal?: boolean }[];
  /** The act: "Rent for 29.2 HOLD". */
  readonly act: string;
  readonly isDanger?: boolean;
  readonly isBusy?: boolean;
  readonly error?: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Before every signature: what, and the total. */
export function Confirm({ isOpen, title, children, rows, act, isDanger = false, isBusy = false, error, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title} actions={
      <>
        <Button kind="quiet" onClick={onClose}>{isBusy ? 'Close' : 'Cancel'}</Button>
        <Button kind={isDanger ? 'danger' : 'primary'} isBusy={isBusy} onClick={onConfirm}>{act}</Button>
      </>
    }>
      {children}
      {rows === undefined ? null : <Facts rows={rows} />}
      {isBusy ? <p className="next-step" role="status">Confirm it in your wallet if it asks. Should no window of it come, load this page anew: nothing is paid unless you agree there.</p> : null}
      {error === undefined ? null : <Failure error={error} />}
    </Dialog>
  );
}
