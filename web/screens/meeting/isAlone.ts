import type { MeetingSnapshot } from '../../model/Meeting.ts';

type Seen = Pick<MeetingSnapshot, 'connection' | 'others' | 'lobby' | 'breakouts' | 'self' | 'ownRecording'>;

/**
 * Returns whether the meeting can do without this person: nobody else is in it or at its door, and nothing is recorded
 * or shown.
 */
export function isAlone({ connection, others, lobby, breakouts, self, ownRecording }: Seen): boolean {
  const isBusy = self.screen !== null || ownRecording.step === 'running' || breakouts !== null;
  return connection === 'connected' && others.length + lobby.length === 0 && !isBusy;
}
