import { describe, expect, it } from 'vitest';
import { Passwords } from './passwords.ts';

describe('passwords', () => {
  it('passwords are right or wrong, also for another process than the one that hashed them', async () => {
    const hash = await new Passwords().hash('sesame');
    const passwords = new Passwords();
    expect(await passwords.verify('sesame', hash)).toBe(true);
    expect(await passwords.verify('sesame', hash)).toBe(true);
    expect(await passwords.verify('Sesame', hash)).toBe(false);
    expect(await passwords.verify('', hash)).toBe(false);
  });

  it('passwords hash differently each time, and do not show in the hash', async () => {
    const passwords = new Passwords();
    const hashes = await Promise.all([passwords.hash('sesame'), passwords.hash('sesame')]);
    expect(hashes[0]).not.toBe(hashes[1]);
    expect(hashes[0]).toMatch(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('passwords are equal whatever the composition of their letters', async () => {
    const passwords = new Passwords();
    expect(await passwords.verify('cafe\u0301', await passwords.hash('caf\u00e9'))).toBe(true);
  });

  it('passwords fit no unreadable hash', async () => {
    const passwords = new Passwords();
    for (const hash of ['', 'sesame', 'scrypt$1$1', 'md5$x', 'scrypt$16384$8$1$salt$']) {
      expect(await passwords.verify('sesame', hash)).toBe(false);
    }
  });

  it('many password checks at once do not take all threads', async () => {
    const passwords = new Passwords();
    const hash = await passwords.hash('sesame');
    const guesses = Array.from({ length: 6 }, (_, index) => passwords.verify(`guess ${index}`, hash));
    expect(await Promise.all(guesses)).toEqual(guesses.map(() => false));
  });
});
