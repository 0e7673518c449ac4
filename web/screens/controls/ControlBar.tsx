import {
  Hand,
  type LucideIcon,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  Phone,
  SlidersHorizontal,
  Users,
  Video,
  VideoOff,
} from 'lucide-react';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { refusedControls } from '../../model/refusedControls.ts';
import { useNotices } from '../../ui/notices.tsx';
import { ControlButton } from './ControlButton.tsx';
import type { PanelName } from './panels.ts';
import './ControlBar.css';

interface ControlBarProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  panel: PanelName | null;
  unread: number;
  onToggle: (name: PanelName) => void;
}

export function ControlBar({ snapshot, actions, panel, unread, onToggle }: ControlBarProps) {
  const { attempt } = useNotices();
  const { self } = snapshot;
  const micOn = self.microphone !== null && !self.microphone.muted;
  const cameraOn = self.camera !== null && !self.camera.muted;
  const sharing = self.screen !== null;
  const refused = refusedControls(self);
  const handUp = self.handRaisedAt !== null;
  const blocked = snapshot.mediaBlocked !== null;
  const unlessBlocked = (label: string, effect: string) => (blocked ? `${label} (${effect})` : label);

  const panelButton = (name: PanelName, icon: LucideIcon, title: string, badge = 0) => (
    <ControlButton
      icon={icon}
      label={badge > 0 ? `${title}, ${badge} new` : title}
      className={`for-${name}`}
      badge={badge}
      active={panel === name}
      expanded={panel === name}
      onClick={() => onToggle(name)}
    />
  );

  return (
    <section className="control-bar" aria-label="Meeting controls">
      <ControlButton
        icon={micOn ? Mic : MicOff}
        label={
          refused.microphone ??
          (micOn ? unlessBlocked('Turn microphone off', 'nobody hears you') : 'Turn microphone on')
        }
        disabled={refused.microphone !== null}
        ctrlKey="D"
        off={!micOn}
        useless={micOn && blocked}
        onClick={() => void attempt(actions.setMicrophone(!micOn))}
      />
      <ControlButton
        icon={cameraOn ? Video : VideoOff}
        label={refused.camera ?? (cameraOn ? unlessBlocked('Turn camera off', 'nobody sees you') : 'Turn camera on')}
        disabled={refused.camera !== null}
        ctrlKey="E"
        off={!cameraOn}
        useless={cameraOn && blocked}
        onClick={() => void attempt(actions.setCamera(!cameraOn))}
      />
      {canShareScreen() && (
        <ControlButton
          icon={MonitorUp}
          label={
            refused.screen ??
            (sharing ? unlessBlocked('Stop sharing your screen', 'nobody sees it') : 'Share your screen')
          }
          disabled={refused.screen !== null}
          className="for-screen"
          active={sharing}
          useless={sharing && blocked}
          onClick={() => void attempt(actions.setScreenShare(!sharing))}
        />
      )}
      <ControlButton
        icon={Hand}
        label={handUp ? 'Lower your hand' : 'Raise your hand'}
        active={handUp}
        onClick={() => void attempt(handUp ? actions.lowerHand(self.id) : actions.raiseHand())}
      />
      <span className="control-gap" />
      {panelButton('chat', MessageSquare, 'Chat', unread)}
      {panelButton('people', Users, 'People', snapshot.lobby.length)}
      {panelButton('settings', SlidersHorizontal, 'Settings')}
      <ControlButton icon={Phone} label="Leave the meeting" danger onClick={() => void attempt(actions.leave())} />
    </section>
  );
}

/** Browsers on phones cannot share a screen. */
function canShareScreen(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}
