/** Words for what the contracts number, shared by the provider's, heavy node's and explorer's pages. Pure. */
import type { Cause } from '../../../earnings/facts.ts';

export const CAUSE_WORDS: Readonly<Record<Cause, { readonly short: string; readonly says: string }>> = {
  fault: { short: 'missed a run of epochs', says: 'It missed so many epochs in a row that its slots could be given to others. Part of the stake was slashed.' },
  notice: { short: 'under notice', says: 'The creator gave notice, and another provider took the slot over. Nothing was slashed for it.' },
  handOver: { short: 'handed over', says: 'It passed the slot on to a successor by itself. Nothing was slashed for it.' },
  surrender: { short: 'gave the slot up', says: 'It said itself that the data is lost: half of what losing it by a challenge costs.' },
  challenge: { short: 'failed a challenge', says: 'Somebody named a leaf that it had to show, and it did not. Part of the stake was slashed.' },
  unacknowledged: { short: 'never confirmed an upload', says: 'It did not confirm an upload in time and was dismissed. Nothing was slashed for it.' },
};

export const TIER_WORDS: Readonly<Record<'none' | 'standard' | 'archival' | 'edge' | 'heavy', string>> = {
  none: 'no node', standard: 'a standard provider', archival: 'an archival provider', edge: 'an edge node', heavy: 'a heavy node',
};
