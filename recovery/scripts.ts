import { readFileSync } from 'node:fs';
import { defineScript, type RedisClient } from './RedisConnection.ts';

const load = (name: string): string => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');

const NOTE_NODE = load('noteNode');
const NODES_BY_AGE = load('nodesByAge');
const SETTLE_CLAIM = load('settleClaim');
const REPLACE_SET = load('replaceSet');
const CLAIM_DUE = load('claimDue');
const PAY_GUESS = load('payGuess');
const TAKE_ROOM = load('takeRoom');
const BEGIN_UPLOAD = load('beginUpload');
const SERVICE_TIME = load('serviceTime');

/** The scripts of registry, room index, deadline sweeper, guesses, uploads and time. Each says what it takes. */
export function defineScripts(client: RedisClient) {
  return {
    noteNode: defineScript(client, 'everroomNoteNode', NOTE_NODE, 1),
    nodesByAge: defineScript(client, 'everroomNodesByAge', NODES_BY_AGE, 1),
    settleClaim: defineScript(client, 'everroomSettleClaim', SETTLE_CLAIM, 1),
    replaceSet: defineScript(client, 'everroomReplaceSet', REPLACE_SET, 1),
    claimDue: defineScript(client, 'everroomClaimDue', CLAIM_DUE, 1),
    payGuess: defineScript(client, 'everroomPayGuess', PAY_GUESS, 1),
    takeRoom: defineScript(client, 'everroomTakeRoom', TAKE_ROOM, 1),
    beginUpload: defineScript(client, 'everroomBeginUpload', BEGIN_UPLOAD, 1),
    serviceTime: defineScript(client, 'everroomServiceTime', SERVICE_TIME, 1),
  };
}

export type Scripts = ReturnType<typeof defineScripts>;
