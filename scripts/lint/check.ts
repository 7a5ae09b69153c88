/** One thing that must hold; `problems` says where it does not, one line each. */
export interface Check {
  readonly what: string;
  readonly problems: readonly string[];
}
