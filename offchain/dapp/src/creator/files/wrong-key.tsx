import { useClient } from '../../state/client.tsx';
import { explain } from '../../state/explain.ts';
import { Failure } from '../../ui/failure.tsx';

/** Whether what is stored was stored with another key than the one that is open. */
export function isWrongKey(error: unknown): boolean {
  return error !== null && explain(error).code === 'WRONG_KEY';
}

/** In the place of everything that this key opens nothing of: nothing is listed as if it were empty, and nothing is stored beside it. */
export function WrongKey({ error }: { error: unknown }) {
  const { lock } = useClient();
  return <Failure error={error} what="This key does not open what you have stored" retry={lock} retryText="Try another key" />;
}
