// usage: node scripts/bench/s3.ts [--json] [--quick] [--size 1GiB] [--batch 16MiB] [--only s3-put,s3-get,...]
// The S3 gateway beside the SDK's own put and get, and beside restic into a local repository and a server that only writes files, all in one run. --json: {"rows":[...]}.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { compiled } from './compiled.ts';
import { startNetwork } from './network.ts';
import type { BenchNetwork } from './network.ts';
import { benchRequest } from './options.ts';
import { must, resticPeers, runs } from './peers.ts';
import { row } from './row.ts';
import type { BenchRow } from './row.ts';
import type { GatewayAnswer, GatewayOrder } from './s3-gateway.ts';
import { startResticServer } from './s3-restic-server.ts';
import { writeRandomFile } from './samples.ts';
import { megabytesPerSecond, timed } from './timing.ts';

const CREATOR_ACCOUNT = 19;
const BUCKET = 'bench';
const RANGES = 60;
const PAGE = 1_000;
const CURL = ['--silent', '--show-error', '--fail', '--output', '/dev/null'];
const withCurl = await runs('curl', [...CURL, '--version']);
const AGENT = new http.Agent({ keepAlive: true });

interface Gateway {
  readonly sdk: S3Client;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  ask(order: GatewayOrder): Promise<GatewayAnswer>;
  stop(): Promise<void>;
}

const request = benchRequest(process.argv.slice(2));
const { sizeBytes, cores, quick, wants } = request;
const keyCount = quick ? 2_000 : 100_000;
const folder = await mkdtemp(join(tmpdir(), 'holdfast-s3-'));
const rows: BenchRow[] = [];
const speeds = new Map<string, number>();

try {
  await measure();
  if (request.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function add(name: string, mbps: number, beside: readonly string[] = [], notes: BenchRow['notes'] = {}): void {
  const one = row(name, cores, mbps, Object.fromEntries(beside.filter((other) => other !== name).map((other) => [other, speeds.get(other) ?? null])), notes);
  rows.push(one);
  speeds.set(name, mbps);
  process.stderr.write(`${name.padEnd(20)} ${String(one.mbps).padStart(9)} MB/s  ${JSON.stringify({ ...one.ratios, ...one.notes })}\n`);
}

async function measure(): Promise<void> {
  const network = await startNetwork({ folder: join(folder, 'network'), providers: 16, hosts: cores, scheme: { k: 10, m: 6 } });
  try {
    await network.rent({ spaceBytes: 6 * sizeBytes + 64 * 2 ** request.batchLog2, batchLog2: request.batchLog2 });
    const random = await writeRandomFile(join(folder, 'random.bin'), { seed: 'random', sizeBytes });
    await network.run({ home: 'first', name: 'first', path: await writeRandomFile(join(folder, 'first.bin'), { seed: 'first', sizeBytes: 1 << 20 }) });
    const speed = (seconds: number) => megabytesPerSecond(sizeBytes, seconds);
    add('sdk-put', speed((await network.run({ home: 'sdk', name: 'sdk', path: random })).seconds));
    if (wants('s3-put') || wants('s3-get') || wants('s3-first-byte')) {
      await measureNetwork(network, random, speed, async () => add('sdk-get', speed((await network.run({ home: 'sdk-new', name: 'sdk', into: join(folder, 'out') })).seconds)));
    }
    if (wants('s3-put-spool') || wants('s3-list') || wants('s3-restic-backup')) await measureSpool(network, random, speed);
  } finally {
    await network.stop();
  }
}

/** Durable when it is answered; read by a gateway that has nothing of it on its own disk. */
async function measureNetwork(network: BenchNetwork, random: string, speed: (seconds: number) => number, sdkGet: () => Promise<void>): Promise<void> {
  const gateway = await startGateway(network, 'network', 'gateway');
  try {
    await gateway.sdk.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await upload(gateway, 'warm', join(folder, 'first.bin'));
    add('s3-put', speed(await timed(() => upload(gateway, 'random', random))), ['sdk-put'], { peakMiB: await peakMiB(gateway) });
  } finally {
    await gateway.stop();
  }
  await sdkGet();
  const fresh = await startGateway(network, 'network', 'gateway-new');
  try {
    await download(fresh, 'warm', undefined);
    add('s3-get', speed(await timed(() => download(fresh, 'random', undefined))), ['sdk-get', 's3-put'], { peakMiB: await peakMiB(fresh) });
    const times: number[] = [];
    for (let i = 0; i < RANGES; i++) times.push(1000 * (await download(fresh, 'random', Math.floor((sizeBytes - 65_536) * ((i * 0.618) % 1)))));
    times.sort((a, b) => a - b);
    add('s3-first-byte', 0, [], { unit: 'ms', median: Math.round(times[RANGES / 2]!), p90: Math.round(times[Math.floor(RANGES * 0.9)]!), worst: Math.round(times.at(-1)!) });
  } finally {
    await fresh.stop();
  }
}

async function measureSpool(network: BenchNetwork, random: string, speed: (seconds: number) => number): Promise<void> {
  const gateway = await startGateway(network, 'spool', 'gateway-spool');
  try {
    await gateway.sdk.send(new CreateBucketCommand({ Bucket: `${BUCKET}-spool` }));
    if (wants('s3-put-spool')) {
      await upload(gateway, 'warm', join(folder, 'first.bin'), `${BUCKET}-spool`);
      const seconds = await timed(() => upload(gateway, 'random', random, `${BUCKET}-spool`));
      const flushSeconds = await timed(async () => void (await gateway.ask({ do: 'flush' })));
      add('s3-put-spool', speed(seconds), ['sdk-put'], { flushSeconds: Math.round(flushSeconds * 10) / 10, peakMiB: await peakMiB(gateway) });
    }
    if (wants('s3-restic-backup')) await measureRestic(gateway, random, speed);
    if (wants('s3-list')) await measureList(gateway);
  } finally {
    await gateway.stop();
  }
}

/** The same file into the gateway, into a folder of the same disk, and through a server that only writes files there. */
async function measureRestic(gateway: Gateway, random: string, speed: (seconds: number) => number): Promise<void> {
  for (const { name, mbps } of await resticPeers(random, { work: folder, sizeBytes })) add(name, mbps);
  if (!speeds.has('restic-backup')) return;
  const server = await startResticServer(join(folder, 'restic-server'));
  try {
    if (server !== undefined) await measureRepository('restic-http', server.repository, {}, random, speed);
  } finally {
    await server?.stop();
  }
  await measureRepository('s3-restic', `s3:${gateway.url}/restic`, gateway.env, random, speed);
}

async function measureRepository(name: string, repository: string, more: Readonly<Record<string, string>>, random: string, speed: (seconds: number) => number): Promise<void> {
  const env = { ...more, RESTIC_PASSWORD: 'benchmark' };
  const restic = (...args: string[]): Promise<void> => must(runs('restic', ['--quiet', '--repo', repository, '--cache-dir', join(folder, `${name}-cache`), ...args], env), `restic ${args[0]}`);
  await restic('init', '--repository-version', '2');
  add(`${name}-backup`, speed(await timed(() => restic('backup', '--compression', 'off', random))), ['restic-backup', 'restic-http-backup']);
  const out = join(folder, `${name}-out`);
  add(`${name}-restore`, speed(await timed(() => restic('restore', 'latest', '--target', out))), ['restic-restore', 'restic-http-restore']);
  await rm(out, { recursive: true, force: true });
}

async function measureList(gateway: Gateway): Promise<void> {
  const Bucket = `${BUCKET}-list`;
  await gateway.sdk.send(new CreateBucketCommand({ Bucket }));
  await gateway.ask({ do: 'fill', bucket: Bucket, count: keyCount });
  const before = await peakMiB(gateway);
  const pageMs: number[] = [];
  let found = 0;
  const seconds = await timed(async () => {
    for (let ContinuationToken: string | undefined; ; ) {
      let page!: { readonly KeyCount?: number | undefined; readonly NextContinuationToken?: string | undefined };
      pageMs.push(1000 * (await timed(async () => void (page = await gateway.sdk.send(new ListObjectsV2Command({ Bucket, MaxKeys: PAGE, ContinuationToken }))))));
      found += page.KeyCount ?? 0;
      if (page.NextContinuationToken === undefined) return;
      ContinuationToken = page.NextContinuationToken;
    }
  });
  if (found !== keyCount) throw new Error(`${found} keys of ${keyCount} were listed`);
  const folders = await timed(async () => void (await gateway.sdk.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }))));
  add('s3-list', 0, [], { keys: found, pages: pageMs.length, seconds: Math.round(seconds * 10) / 10, medianPageMs: Math.round(pageMs.sort((x, y) => x - y)[pageMs.length >> 1]!), slowestPageMs: Math.round(pageMs.at(-1)!), foldersMs: Math.round(1000 * folders), grownMiB: (await peakMiB(gateway)) - before });
}

async function startGateway({ rpcUrl, deployment }: BenchNetwork, durability: 'network' | 'spool', home: string): Promise<Gateway> {
  const child = fork(compiled('s3-gateway.ts'), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, MALLOC_ARENA_MAX: '1' } });
  const exited = once(child, 'exit');
  const ask = async (order: GatewayOrder): Promise<GatewayAnswer> => {
    const answered = once(child, 'message');
    child.send(order);
    const [answer] = (await Promise.race([answered, exited])) as [GatewayAnswer | { readonly error: string } | number | null];
    if (answer === null || typeof answer === 'number') throw new Error(`the gateway ended with status ${answer}`);
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  };
  const { url = '', accessKey = '', secretKey = '' } = await ask({ do: 'start', rpcUrl, deployment: formatDeployment(deployment), account: CREATOR_ACCOUNT, home: join(folder, home), durability });
  const sdk = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } });
  return {
    sdk, url, ask,
    env: { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey },
    async stop() {
      sdk.destroy();
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function peakMiB(gateway: Gateway): Promise<number> {
  return Math.round(((await gateway.ask({ do: 'peak' })).peakBytes ?? 0) / 2 ** 20);
}

/** One PUT by a presigned URL. The client shares the cores with all others and should take little of them: curl takes half a second of one for a GiB, node:http three. */
async function upload({ sdk }: Gateway, Key: string, path: string, Bucket = BUCKET): Promise<void> {
  const url = await getSignedUrl(sdk, new PutObjectCommand({ Bucket, Key }));
  if (withCurl) return must(runs('curl', [...CURL, '--header', 'Expect:', '--upload-file', path, url]), 'curl');
  const { size } = await stat(path);
  const sent = http.request(url, { method: 'PUT', headers: { 'content-length': size } });
  const answered = once(sent, 'response') as Promise<[http.IncomingMessage]>;
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), sent);
  const [answer] = await answered;
  answer.resume();
  if (answer.statusCode !== 200) throw new Error(`the gateway answered ${answer.statusCode}`);
}

/** The whole object, or 64 KiB from `start` on. Seconds until its first byte, of a range. */
async function download({ sdk }: Gateway, Key: string, start: number | undefined): Promise<number> {
  const url = await getSignedUrl(sdk, new GetObjectCommand({ Bucket: BUCKET, Key }));
  if (withCurl && start === undefined) {
    await must(runs('curl', [...CURL, url]), 'curl');
    return 0;
  }
  const beginMs = performance.now();
  const asked = http.get(url, { headers: start === undefined ? {} : { range: `bytes=${start}-${start + 65_535}` }, agent: AGENT });
  const [answer] = (await once(asked, 'response')) as [http.IncomingMessage];
  let firstMs = 0;
  for await (const _piece of answer) firstMs ||= performance.now();
  if ((answer.statusCode ?? 500) >= 300) throw new Error(`the gateway answered ${answer.statusCode}`);
  return (firstMs - beginMs) / 1000;
}
