import { useEffect, useId, useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';

/** The browser's own modal: it keeps the focus, closes by Escape, and makes the rest inert. */
export function Dialog({ isOpen, onClose, title, children, actions }: { isOpen: boolean; onClose: () => void; title: string; children: ReactNode; actions?: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (isOpen && !element.open) element.showModal();
    if (!isOpen && element.open) element.close();
  }, [isOpen]);
  // Taken off the page while open: only closing gives the focus back to where it came from.
  useLayoutEffect(() => {
    const element = dialog.current;
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()}>
      {isOpen ? (
        <div className="dialog-inside">
          <h2 id={id}>{title}</h2>
          <div className="dialog-body">{children}</div>
          {actions === undefined ? null : <div className="actions dialog-actions">{actions}</div>}
        </div>
      ) : null}
    </dialog>
  );
}
