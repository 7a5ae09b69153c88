import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { english, generateMnemonic, mnemonicToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPhrase, newPhrase, placesToAsk, privateKeyOf } from '../../offchain/cli/recovery-phrase.ts';
import { openKeystore } from '../../offchain/chain/keystore.ts';
import { onTerminal, runCli, temporaryFolder } from './run-cli.ts';

const PASSWORD = 'four unrelated words here';
const ENV = { HOLDFAST_PASSWORD: PASSWORD };

describe('a recovery phrase', () => {
  it('is taken in any case and spacing, and gives the account that other wallets show', () => {
    for (const strength of [128, 160, 192, 224, 256] as const) {
      const phrase = generateMnemonic(english, strength);
      expect(checkPhrase(`  ${phrase.toUpperCase().replaceAll(' ', ' \n')} `)).toBe(phrase);
    }
    const phrase = newPhrase(24);
    expect(phrase.split(' ')).toHaveLength(24);
    expect(privateKeyOf(phrase, 3)).toBe(`0x${Buffer.from(mnemonicToAccount(phrase, { addressIndex: 3 }).getHdKey().privateKey!).toString('hex')}`);
    for (let i = 0; i < 50; i++) {
      const places = placesToAsk(12);
      expect(new Set(places).size).toBe(3);
      expect(places.every((place) => place >= 1 && place <= 12)).toBe(true);
    }
  });

  it.each([
    ['nothing', '', 'these are 0'],
    ['eleven words', 'abandon '.repeat(11), 'these are 11'],
    ['words that are none', `${'abandon '.repeat(9)}secretword about xyzzy`, 'Words 10, 12 are not among'],
    ['a wrong last word', `${'abandon '.repeat(11)}ability`, 'do not belong together'],
    ['one that everybody knows', `${'abandon '.repeat(11)}about`, 'known to everybody'],
    ["every devnet's", 'test test test test test test test test test test test junk', 'known to everybody'],
  ])('is refused when it is %s, without showing a word of it', (_what, text, sentence) => {
    expect(() => checkPhrase(text)).toThrow(sentence);
    try {
      checkPhrase(text);
    } catch (error) {
      expect(String(error)).not.toMatch(/secretword|xyzzy|abandon|junk/);
    }
  });
});

describe('init', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const home = (name: string): string => join(folder.path, name);
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it('imports words from standard input, never from an argument', async () => {
    const phrase = newPhrase(12);
    const [first, second, bad, argument] = await Promise.all([
      runCli(['init', '--phrase', '--home', home('a'), '--light-scrypt', '--json'], { env: ENV, stdin: `${phrase}\n` }),
      runCli(['init', '--phrase', '--phrase-index', '1', '--home', home('b'), '--light-scrypt', '--json'], { env: ENV, stdin: phrase }),
      runCli(['init', '--phrase', '--home', home('c'), '--light-scrypt'], { env: ENV, stdin: 'these are no words' }),
      runCli(['init', '--phrase', phrase, '--home', home('d')], { env: ENV, stdin: '' }),
    ]);
    expect(JSON.parse(first.stdout)).toMatchObject({ address: mnemonicToAccount(phrase).address });
    expect(first.stdout + first.stderr).not.toContain(phrase.split(' ')[0]);
    expect((await openKeystore(join(home('a'), 'keystore.json'), PASSWORD)).address).toBe(mnemonicToAccount(phrase).address);
    expect(JSON.parse(second.stdout)).toMatchObject({ address: mnemonicToAccount(phrase, { addressIndex: 1 }).address });
    expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining('12 to 24 words; these are 4') });
    expect(argument.code).toBe(2);
  });

  it('shows new words on a terminal only, once, and asks for some of them', async () => {
    const nowhere = await runCli(['init', '--new-phrase', '--home', home('e')], { env: ENV });
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('shown on a terminal') });
    const shown = await onTerminal(['init', '--new-phrase', '--words', '12', '--home', home('f'), '--light-scrypt'], ENV, (text, words) => {
      // Arrows are no letters.
      if (/written down: $/.test(text)) return '\u001b[A\r';
      const place = /Word (\d+): $/.exec(text)?.[1];
      return place === undefined ? undefined : `${words[Number(place) - 1]}\r`;
    });
    expect(shown.code).toBe(0);
    expect(shown.words).toHaveLength(12);
    expect(shown.text).toContain(mnemonicToAccount(shown.words.join(' ')).address);
    // The screen is cleared before the questions.
    expect(shown.text.indexOf('\u001b[3J')).toBeGreaterThan(shown.text.indexOf(`12. ${shown.words[11]}`));
    expect(await readFile(join(home('f'), 'keystore.json'), 'utf8')).not.toContain(shown.words[0]);

    const wrong = await onTerminal(['init', '--new-phrase', '--words', '12', '--home', home('g'), '--light-scrypt'], ENV, (text) => (/written down: $|Word \d+: $/.test(text) ? 'wrong\r' : undefined));
    expect(wrong.code).toBe(2);
    expect(wrong.text).toContain('no wallet was made');
    const stopped = await onTerminal(['init', '--new-phrase', '--home', home('g'), '--light-scrypt'], ENV, (text) => (/written down: $/.test(text) ? '\u0003' : undefined));
    expect(stopped).toMatchObject({ code: 130, text: expect.stringContaining('Stopped: Ctrl-C.') });
    await expect(readFile(join(home('g'), 'keystore.json'))).rejects.toThrow('ENOENT');
  });

  it('refuses weak passwords, keys that are none, and two sources, with sentences', async () => {
    const run = (password: string) => runCli(['init', '--home', home('h')], { env: { HOLDFAST_PASSWORD: password } });
    const [short, common, even, both] = await Promise.all([run('seven77'), run('Password1'), run('aaaaaaaaaaaa'), runCli(['init', '--home', home('h'), '--phrase', '--new-phrase'], { env: ENV })]);
    expect(short).toMatchObject({ code: 2, stderr: expect.stringContaining('8 are the least') });
    for (const one of [common, even]) expect(one).toMatchObject({ code: 2, stderr: expect.stringContaining('among the first that anybody would try') });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('exclude each other') });
    await expect(readFile(join(home('h'), 'keystore.json'))).rejects.toThrow('ENOENT');
  });
});
