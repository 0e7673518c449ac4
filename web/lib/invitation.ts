import { t } from '../i18n/i18n.ts';
import { roomLink } from './navigation.ts';

/** What an invitation says; also inside a breakout room it is one to the meeting. */
export interface Invited {
  readonly roomId: string;
  readonly name: string;
  readonly passwordProtected: boolean;
}

/** Returns a text to send to people. A password never stands in it. */
export function invitationTo({ roomId, name, passwordProtected }: Invited): string {
  const lines = [
    name === '' || name === roomId ? t('hosts:invitation.nameless') : t('hosts:invitation.named', { name }),
    roomLink(roomId),
    ...(passwordProtected ? [t('hosts:invitation.password')] : []),
  ];
  return lines.join('\n');
}
