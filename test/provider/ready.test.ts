import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { setLeaving } from '../../offchain/provider/leaving.ts';
import { requestBytes } from '../../offchain/wire/http-client.ts';
import { Health } from '../../offchain/wire/condition.ts';
import type { CauseCode } from '../../offchain/wire/condition.ts';
import { takePort } from '../../offchain/chain/local-chain.ts';
import { startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';
import { postgresqlBinaries, startPostgresql } from '../support/postgresql.ts';
import type { PrivateServer } from '../support/postgresql.ts';
import { startRpcLine } from '../support/rpc-line.ts';
import type { RpcLine } from '../support/rpc-line.ts';
import { creatorOf, fragmentUrl, makeBundle, openTestAgreement, registerHeavy, startTestProvider, stopTestProvider, uploadBundle } from './network.ts';
import type { TestAgreement, TestBundle, TestProvider } from './network.ts';

/** The local chain's clock may lag by seconds behind this machine's. */
const EPOCH_SECONDS = 8;
const binaries = postgresqlBinaries();
if (binaries === undefined) process.stderr.write('PostgreSQL is not installed: what a provider does without its database server is not tested.\n');

let holdfast: TestHoldfast;
let lines: RpcLine[];
let watcher: Chain;
/** 0: two RPC addresses, SQLite. 1: the chain itself, PostgreSQL where there is one. */
let providers: TestProvider[];
let server: PrivateServer | undefined;
let agreement: TestAgreement;
let bundle: TestBundle;

beforeAll(async () => {
  holdfast = await startHoldfast({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: 100, standard: { ...DEVNET.standard, faultRun: 60 } });
  lines = [await startRpcLine(holdfast.rpcUrl), await startRpcLine(holdfast.rpcUrl)];
  watcher = await registerHeavy(holdfast);
  // Proofs are offered to the parent, which is dead, and then sent by oneself.
  const more = { tickMs: 100, relay: true, p2p: { enabled: false } };
  const first = await startTestProvider(holdfast, 0, { ...more, health: { loopFailures: 3 } }, lines.map(({ url }) => url));
  server = binaries === undefined ? undefined : await startPostgresql(binaries);
  if (server !== undefined) process.env['DATABASE_URL'] = server.url;
  const second = await startTestProvider(holdfast, 1, more).finally(() => delete process.env['DATABASE_URL']);
  providers = [first, second];
  agreement = await openTestAgreement(await creatorOf(holdfast), providers, { endPeriod: 9 });
  bundle = makeBundle(agreement, 1);
  await uploadBundle(agreement, providers, bundle, 0);
}, 120_000);
afterAll(async () => {
  for (const line of lines ?? []) line.mode = 'pass';
  for (const provider of providers ?? []) await stopTestProvider(provider);
  for (const line of lines ?? []) await line.stop();
  await holdfast?.stop();
  await server?.stop();
});

const ask = async (index: number, path: 'healthz' | 'readyz') => {
  const reply = await fetch(`${providers[index]!.url}/${path}`);
  return { status: reply.status, retryAfter: reply.headers.get('retry-after'), ...Health.parse(await reply.json()) };
};
const codes = async (index: number): Promise<CauseCode[]> => (await ask(index, 'readyz')).causes.map(({ code }) => code);
const read = (index: number) => requestBytes(fragmentUrl(providers[index]!.url, agreement.id, bundle.batches[0]!.batchId, index), { maxBytes: 1 << 20 });
/** Until a proof is accepted that was sent from now on. */
const untilProved = async (index: number) => {
  const { lines: log, id } = providers[index]!;
  const accepted = () => log.filter((line) => line.includes('"proof.accepted"'));
  const before = accepted().length;
  await expect.poll(() => accepted().length, { timeout: 40_000, interval: 100 }).toBeGreaterThan(before);
  expect(await hasProved(watcher, id, (JSON.parse(accepted().at(-1)!) as { epoch: number }).epoch)).toBe(true);
};

it('is ready, and says so everywhere', async () => {
  await untilProved(0);
  await expect.poll(() => codes(0), { timeout: 15_000 }).toEqual([]);
  expect(await ask(0, 'readyz')).toMatchObject({ status: 200, ok: true, condition: 'ready', retryAfter: null });
  expect(await ask(0, 'healthz')).toMatchObject({ status: 200, ok: true, condition: 'ready' });
  expect(await (await fetch(`${providers[0]!.url}/metrics`)).text()).toMatch(/^holdfast_node_condition\{condition="ready"\} 1$/m);
});

describe('the RPC', () => {
  it('one address of two: it is degraded, works on, and names the address', async () => {
    lines[0]!.mode = 503;
    await expect.poll(() => codes(0), { timeout: 15_000 }).toEqual(['RPC_DEGRADED']);
    await untilProved(0);
    const { status, condition, causes } = await ask(0, 'readyz');
    expect({ status, condition }).toEqual({ status: 200, condition: 'degraded' });
    expect(causes[0]!.sentence).toContain(`RPC address 1 (${lines[0]!.url}) is left out: it answered with HTTP status 503`);
  });

  it('all away over whole epochs, in several ways: alive, not ready, serving, and proving again by itself', async () => {
    for (const mode of ['stall', 'garbage', 'cut'] as const) {
      lines.forEach((line) => (line.mode = mode));
      await expect.poll(() => codes(0), { timeout: 30_000, interval: 500 }).toEqual(expect.arrayContaining(['RPC_AWAY', 'PROOF_LATE']));
    }
    const { status, retryAfter, condition, causes } = await ask(0, 'readyz');
    expect({ status, retryAfter, condition }).toEqual({ status: 503, retryAfter: '5', condition: 'failing' });
    expect(causes.every(({ since }) => since <= Date.now() / 1000 + 1 && since > Date.now() / 1000 - 120)).toBe(true);
    expect(await ask(0, 'healthz')).toMatchObject({ status: 200, ok: true, condition: 'failing' });
    expect((await read(0)).bytes.length).toBeGreaterThan(0);
    lines.forEach((line) => (line.mode = 'pass'));
    await untilProved(0);
    await expect.poll(() => codes(0), { timeout: 20_000, interval: 500 }).toEqual([]);
  });
});

it('leaving is said, and is no reason to send readers away', async () => {
  const { store } = providers[0]!.provider;
  await setLeaving(store, true);
  await expect.poll(async () => (await ask(0, 'readyz')).condition, { timeout: 5_000 }).toBe('leaving');
  expect((await ask(0, 'readyz')).status).toBe(200);
  await setLeaving(store, false);
});

describe('the database', () => {
  it.skipIf(binaries === undefined)('a server that is killed and comes back: not ready meanwhile, proving again by itself', async () => {
    await server!.kill();
    await expect.poll(() => codes(1), { timeout: 20_000, interval: 500 }).toContain('DATABASE_AWAY');
    expect(await ask(1, 'healthz')).toMatchObject({ status: 200, condition: 'failing' });
    await server!.start();
    await untilProved(1);
    await expect.poll(() => codes(1), { timeout: 20_000, interval: 500 }).toEqual([]);
    expect((await read(1)).bytes.length).toBeGreaterThan(0);
  });

  it.skipIf(process.env['DATABASE_URL'] !== undefined)('a file that another process holds locked: says so, and recovers', async () => {
    const script = `const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync(process.argv[1]); db.exec('BEGIN IMMEDIATE'); process.stdout.write('held'); setTimeout(() => process.exit(0), 60000);`;
    const holder = spawn(process.execPath, ['-e', script, join(providers[0]!.home, 'state.db')], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(holder.stdout, 'data');
      await expect.poll(() => codes(0), { timeout: 30_000, interval: 500 }).toEqual(expect.arrayContaining([expect.stringMatching(/^DATABASE_/)]));
    } finally {
      holder.kill('SIGKILL');
    }
    await expect.poll(() => codes(0), { timeout: 40_000, interval: 500 }).toEqual([]);
    expect((await read(0)).bytes.length).toBeGreaterThan(0);
  });
});

it('waits at its start for a chain that is away, and says what it waits for', async () => {
  const line = await startRpcLine(holdfast.rpcUrl);
  line.mode = 'cut';
  const port = await takePort(0);
  const home = await mkdtemp(join(tmpdir(), 'holdfast-patient-'));
  const starting = startTestProvider(holdfast, 3, { home, listen: { port }, health: { parentSeconds: 0 } }, line.url, undefined, { isPatient: true });
  const get = async (path: string) => {
    const reply = await fetch(`http://127.0.0.1:${port}/${path}`);
    return { status: reply.status, body: (await reply.json()) as { condition: string; causes: { code: string; sentence: string }[] } };
  };
  try {
    await expect.poll(() => get('readyz').then(({ body }) => body.causes[0]!.sentence, () => ''), { timeout: 10_000 }).toContain('could not be reached');
    expect(await get('readyz')).toMatchObject({ status: 503, body: { condition: 'starting', causes: [{ code: 'STARTING' }] } });
    expect((await get('healthz')).status).toBe(200);
  } finally {
    line.mode = 'pass';
  }
  const patient = await starting;
  // Its heavy node is registered and dead: everything goes on, and it says so.
  await expect.poll(() => get('readyz').then(({ status, body }) => [status, body.condition, ...body.causes.map(({ code }) => code)]), { timeout: 10_000 }).toEqual([200, 'degraded', 'PARENT_AWAY']);
  await stopTestProvider(patient);
  await line.stop();
});
