import { createHash } from 'node:crypto';
import { toName } from '../../core/room/rules/input.ts';
import type { Person } from './Person.ts';

/** What a provider says of somebody. */
export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

/** Which claims say what. */
export interface ClaimRules {
  /** The claim with the name. */
  readonly name: string;
  /** Whoever has one of these values in this claim is a host everywhere; null for nobody. */
  readonly hosts: { readonly claim: string; readonly values: readonly string[] } | null;
}

/** A room takes so many characters. */
const NAME_LENGTH = 64;
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/** Returns null if the claims have no name that a room can show. */
export function toPerson(claims: Claims, rules: ClaimRules): Person | null {
  const name = nameIn(claims[rules.name]);
  return name === null ? null : { id: idOf(claims), name, host: isHost(claims, rules) };
}

/** Returns whether the rules find everything that they ask for. */
export function isWhole(claims: Claims, { name, hosts }: ClaimRules): boolean {
  return claims[name] !== undefined && (hosts === null || claims[hosts.claim] !== undefined);
}

function nameIn(claim: unknown): string | null {
  if (typeof claim !== 'string') return null;
  const letters = [...claim.toWellFormed().replace(UNSEEN, ' ').trim()].slice(0, NAME_LENGTH);
  try {
    return toName(letters.join(''));
  } catch {
    return null; // Nothing in it can be seen.
  }
}

function isHost(claims: Claims, { hosts }: ClaimRules): boolean {
  if (hosts === null) return false;
  const claim = claims[hosts.claim];
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.some((value) => hosts.values.includes(String(value)));
}

function idOf({ iss, sub }: Claims): string {
  return createHash('sha256')
    .update(JSON.stringify([iss, sub]))
    .digest('base64url')
    .slice(0, 22);
}
