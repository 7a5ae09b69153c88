/** The state of one slot, told apart by a sign and a word besides its colour. */

export type SlotCondition = 'proven' | 'waiting' | 'faulted' | 'notice' | 'vacant' | 'released';

export interface SlotMark {
  readonly slot: number;
  readonly condition: SlotCondition;
  /** 0: nobody. */
  readonly provider: number;
  /** What a tooltip adds: last proof, rent, since when. */
  readonly note?: string;
}

export const SLOT_WORDS: Readonly<Record<SlotCondition, { readonly sign: string; readonly word: string; readonly says: string }>> = {
  proven: { sign: '✓', word: 'Proven', says: 'its provider has proven this epoch' },
  waiting: { sign: '…', word: 'Waiting', says: 'the proof of this epoch is not there yet' },
  faulted: { sign: '!', word: 'Faulted', says: 'its provider missed a run of epochs: it is being replaced' },
  notice: { sign: '↦', word: 'Leaving', says: 'its creator gave notice: another provider will take it' },
  vacant: { sign: '×', word: 'Vacant', says: 'its provider is gone: a successor is looked for' },
  released: { sign: '–', word: 'Ended', says: 'the agreement has ended, and the slot was released' },
};

/** As Lens tells it. */
export function conditionOfSlot(slot: { readonly provider: number; readonly faulted: boolean; readonly provedThisEpoch: boolean; readonly vacancy?: unknown; readonly noticeFrom?: number | undefined }): SlotCondition {
  if (slot.vacancy !== undefined) return 'vacant';
  if (slot.provider === 0) return 'released';
  if (slot.faulted) return 'faulted';
  if ((slot.noticeFrom ?? 0) > 0) return 'notice';
  return slot.provedThisEpoch ? 'proven' : 'waiting';
}

export function saySlot({ slot, condition, provider, note }: SlotMark): string {
  const { word, says } = SLOT_WORDS[condition];
  return `Slot ${slot}${provider === 0 ? '' : `, provider ${provider}`}: ${word}, ${says}${note === undefined ? '' : `. ${note}`}`;
}

/** `14 proven, 1 waiting, 1 vacant`: how many of each, the best first. */
export function saySlots(marks: readonly SlotMark[]): string {
  const parts = (Object.keys(SLOT_WORDS) as SlotCondition[]).flatMap((condition) => {
    const count = marks.filter((mark) => mark.condition === condition).length;
    return count === 0 ? [] : [`${count} ${SLOT_WORDS[condition].word.toLowerCase()}`];
  });
  return parts.join(', ') || 'no slots';
}
