/** What a handful of dropped files is called. Pure. */
const NAME_MAX = 4_096;

/** One file or folder: its own name; a chosen folder comes as its files, each with the name of the folder. Several: the day. */
export function nameFor(items: readonly { readonly name: string }[], now = new Date()): string {
  const [first] = items;
  if (first !== undefined && items.every(({ name }) => name === first.name)) return first.name;
  return `files of ${now.toISOString().slice(0, 10)}`;
}

/** One sentence about what is wrong with a name; undefined when nothing is. */
export function nameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'It needs a name.';
  if (name.length > NAME_MAX) return `A name has at most ${NAME_MAX.toLocaleString('en')} characters.`;
  if (name.startsWith('.holdfast/')) return 'Names that begin with .holdfast/ are kept for the programs.';
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'A name has no control characters.';
  return undefined;
}
