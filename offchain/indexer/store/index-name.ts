/** The index has a database of its own beside the node's: it can be thrown away and made again, and writing it holds up nothing else. */
export const INDEX_NAME = 'index';
