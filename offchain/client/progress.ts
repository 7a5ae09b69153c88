/** What a long verb tells while it runs. `doneBytes` only grows within one stage. */
export type Stage = 'scan' | 'encode' | 'send' | 'receipts' | 'commit' | 'publish' | 'catalog' | 'fetch' | 'restore';

export interface Progress {
  readonly stage: Stage;
  readonly doneBytes: number;
  readonly totalBytes?: number;
}

export type OnProgress = (progress: Progress) => void;
