import { describe, expect, it } from 'vitest';
import { Passwords } from './passwords.ts';

describe('passwords', () => {
  it('passwords are right or wrong, also for another process than the one that hashed them', async () => {
    const hash = await new Passwords().hash('sesame', 'ann');
    const passwords = new Passwords();
    expect(await passwords.verify('sesame', hash, 'ann')).toBe(true);
    expect(await passwords.verify('sesame', hash, 'ann')).toBe(true);
    expect(await passwords.verify('Sesame', hash, 'ann')).toBe(false);
    expect(await passwords.verify('', hash, 'ann')).toBe(false);
  });

  it('passwords hash differently each time, and do not show in the hash', async () => {
    const passwords = new Passwords();
    const hashes = await Promise.all([passwords.hash('sesame', 'ann'), passwords.hash('sesame', 'ann')]);
    expect(hashes[0]).not.toBe(hashes[1]);
    expect(hashes[0]).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('passwords are equal whatever the composition of their letters', async () => {
    const passwords = new Passwords();
    expect(await passwords.verify('cafe\u0301', await passwords.hash('caf\u00e9', 'ann'), 'ann')).toBe(true);
  });

  it('passwords fit no unreadable hash', async () => {
    const passwords = new Passwords();
    for (const hash of ['', 'sesame', 'scrypt$1$1', 'md5$x', 'scrypt$16384$8$1$salt$']) {
      expect(await passwords.verify('sesame', hash, 'ann')).toBe(false);
    }
  });

  it('many password checks at once do not take all threads', async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash('sesame', 'ann');
    const guesses = Array.from({ length: 6 }, (_, index) => passwords.verify(`guess ${index}`, hash, 'ann'));
    expect(await Promise.all(guesses)).toEqual(guesses.map(() => false));
  });

  it('[S11] nobody fills the queue of password checks alone, and it has an end', async () => {
    const passwords = new Passwords();
    // Costs next to nothing, but takes its turn.
    const hash = 'scrypt$2$1$1$c2FsdHNhbHQ$a2V5a2V5';
    const outcomeOf = (guess: Promise<boolean>) => guess.then(String, (error: { code: string }) => error.code);
    const guess = (from: string, index: number) => outcomeOf(passwords.verify(`${from} ${index}`, hash, from));
    // Two run, four wait.
    const eves = Array.from({ length: 8 }, (_, index) => guess('eve', index));
    const anns = guess('ann', 0);
    expect(await Promise.all([eves[6], eves[7]])).toEqual(['TOO_MANY_REQUESTS', 'TOO_MANY_REQUESTS']);
    const others = Array.from({ length: 60 }, (_, index) => guess(`other ${index}`, 0));
    expect(await others[59]).toBe('BUSY');
    expect(await anns).toBe('false');
    await Promise.all([...eves, ...others]);
  });
});
