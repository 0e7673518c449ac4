import { describe, expect, it } from 'vitest';
import { toPerson } from './toPerson.ts';

const RULES = { name: 'name', hosts: { claim: 'groups', values: ['staff', 'chairs'] } };
const ANN = { iss: 'https://id.example.org', sub: '17', name: 'Ann Archer' };

describe('toPerson', () => {
  it('the name is the one of the claim, as a room can show it', () => {
    const nameOf = (name: unknown) => toPerson({ ...ANN, name }, RULES)?.name ?? null;
    expect(nameOf('Ann Archer')).toBe('Ann Archer');
    expect(nameOf('  Ann\n\u202eArcher\u0000 ')).toBe('Ann Archer');
    expect(nameOf('x'.repeat(300))).toBe('x'.repeat(64));
    for (const nothing of [undefined, null, 17, '', '\u200b \n', ['Ann']]) expect(nameOf(nothing)).toBeNull();
  });

  it('who is in one of the groups is a host, and nobody without the rule', () => {
    const hostWith = (groups: unknown, rules: Parameters<typeof toPerson>[1] = RULES) =>
      toPerson({ ...ANN, groups }, rules)?.host;
    expect([['staff'], ['x', 'chairs'], 'staff'].map((groups) => hostWith(groups))).toEqual([true, true, true]);
    expect([['Staff'], ['staffs'], [], '', undefined, { staff: true }].map((groups) => hostWith(groups))).not.toContain(
      true,
    );
    expect(hostWith(['staff'], { ...RULES, hosts: null })).toBe(false);
  });

  it('the same subject of another issuer is somebody else', () => {
    const id = toPerson(ANN, RULES)?.id;
    expect(toPerson({ ...ANN, name: 'Ann A.' }, RULES)?.id).toBe(id);
    expect(toPerson({ ...ANN, iss: 'https://other.example.org' }, RULES)?.id).not.toBe(id);
    expect(id).toMatch(/^[\w-]{22}$/);
  });
});
