import { HoldfastError } from '../../wire/errors.ts';

export class NotEnoughSpaceError extends HoldfastError {
  constructor(into: string, facts: { readonly needBytes: number; readonly freeBytes: number }) {
    super('NOT_ENOUGH_SPACE', `${facts.needBytes} bytes are to be restored into ${into}, where ${facts.freeBytes} are free; nothing was restored.`, {
      details: { into, ...facts },
      nextStep: 'Restore to a larger disk, or a part of it: `--only NAME`.',
    });
  }
}
