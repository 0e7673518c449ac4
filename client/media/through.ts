import type { types } from 'mediasoup-client';

/** The only way that media may take to the server: for tests of a network. */
export type Through = 'udp' | 'tcp' | 'relay';

/** Leaves a transport only that way. */
export function onlyThrough(options: types.TransportOptions, through: Through | undefined): types.TransportOptions {
  if (through === undefined) return options;
  if (through === 'relay') return { ...options, iceTransportPolicy: 'relay' };
  return { ...options, iceCandidates: options.iceCandidates.filter(({ protocol }) => protocol === through) };
}
