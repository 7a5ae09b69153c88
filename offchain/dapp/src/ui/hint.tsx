import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Popover } from 'radix-ui';
import { WORDS } from './words.ts';
import type { Word } from './words.ts';

type HintProps = { readonly word: Word; readonly label?: undefined; readonly children?: undefined } | { readonly word?: undefined; readonly label: string; readonly children: ReactNode };

/** A small "?" that explains: by pointer, keyboard or touch. `word` takes the text of the glossary. */
export function Hint({ word, label, children }: HintProps) {
  const [isOpen, setOpen] = useState(false);
  // The focus stays on the sign, so a screen reader tells it there.
  const said = word !== undefined ? WORDS[word] : typeof children === 'string' ? children : undefined;
  const trigger = useRef<HTMLButtonElement>(null);
  const closing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hover = (wanted: boolean) => {
    clearTimeout(closing.current);
    if (wanted) setOpen(true);
    else closing.current = setTimeout(() => setOpen(false), 150);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button ref={trigger} type="button" className="hint" aria-label={`What is ${word ?? label}?`} aria-description={said} onPointerEnter={({ pointerType }) => pointerType === 'mouse' && hover(true)} onPointerLeave={({ pointerType }) => pointerType === 'mouse' && hover(false)}>
          <span aria-hidden="true">?</span>
        </button>
      </Popover.Trigger>
      {/* What lies outside of an open dialog is behind it, and dead. */}
      <Popover.Portal container={trigger.current?.closest('dialog') ?? null}>
        <Popover.Content className="hint-text" sideOffset={6} collisionPadding={12} aria-label={word ?? label} onOpenAutoFocus={(event) => event.preventDefault()} onPointerEnter={() => hover(true)} onPointerLeave={() => hover(false)}>
          {word === undefined ? children : WORDS[word]}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** A word of the glossary with its hint behind it. */
export function Term({ word, children }: { word: Word; children?: ReactNode }) {
  return <span className="term">{children ?? word}<Hint word={word} /></span>;
}
