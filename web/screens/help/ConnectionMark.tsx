import { Wifi, WifiOff } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { TippedButton } from '../../ui/Button.tsx';
import './HelpPanel.css';

/** A positive sign while all is well, which leads to the details. */
export function ConnectionMark({ snapshot, onOpen }: { snapshot: MeetingSnapshot; onOpen: () => void }) {
  const t = useT();
  const well = snapshot.connection === 'connected' && snapshot.mediaBlocked === null;
  return (
    <TippedButton
      label={t(well ? 'connection:connected' : 'connection:away')}
      className={`connection-mark${well ? '' : ' away'}`}
      onClick={onOpen}
    >
      {well ? <Wifi size={18} /> : <WifiOff size={18} />}
    </TippedButton>
  );
}
