/** Outcomes that no transaction can bring about, each with its proof in contracts/README.md. An entry that fits no uncovered branch is an error. */
export interface Unreachable {
  readonly file: string;
  /** The condition as `npm run coverage` prints it. */
  readonly text: string;
  readonly outcome: boolean;
}

export const UNREACHABLE: readonly Unreachable[] = [];
