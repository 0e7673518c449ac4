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
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { permissionHelpFor } from '../../model/permissionHelp.ts';
import { refusedControls, refusedReaction } from '../../model/refusedControls.ts';
import { useNotices } from '../../ui/notices.tsx';
import { DeviceMenu } from '../devices/DeviceMenu.tsx';
import { useBlockedInputs } from '../devices/useBlockedInputs.ts';
import type { DeviceChoice } from '../devices/useDeviceChoice.ts';
import { ControlButton } from './ControlButton.tsx';
import { canShareScreen } from './canShareScreen.ts';
import type { PanelName } from './panels.ts';
import { ReactionButton } from './ReactionButton.tsx';
import './ControlBar.css';

interface ControlBarProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  choice: DeviceChoice;
  panel: PanelName | null;
  unread: number;
  onToggle: (name: PanelName) => void;
}

export function ControlBar({ snapshot, actions, choice, panel, unread, onToggle }: ControlBarProps) {
  const t = useT();
  const { attempt, show } = useNotices();
  const blockedInputs = useBlockedInputs();
  const { self } = snapshot;
  const micOn = self.microphone !== null && !self.microphone.muted;
  const cameraOn = self.camera !== null && !self.camera.muted;
  const sharing = self.screen !== null;
  const refused = refusedControls(self);
  const handUp = self.handRaisedAt !== null;
  const blocked = snapshot.mediaBlocked !== null;
  const unlessBlocked = (what: string, without: 'unheard' | 'unseen' | 'unseenScreen') => {
    return blocked ? t(`controls:${without}`, { what }) : what;
  };

  const away = snapshot.connection === 'reconnecting';
  const whenBack = (what: string) => (away ? t('controls:whenBack', { what }) : what);
  /** Turns it on or off, or shows how to allow it. */
  const toggleInput = (input: 'microphone' | 'camera', on: boolean) => {
    if (!on && blockedInputs[input]) {
      const help = permissionHelpFor('denied', navigator.userAgent, navigator.maxTouchPoints);
      show(t(`devices:problem.denied.${input}`), help === null ? '' : t(`devices:help.${help}`));
    } else void attempt(input === 'microphone' ? actions.setMicrophone(!on) : actions.setCamera(!on));
  };

  const panelButton = (name: PanelName, icon: LucideIcon, title: string, badge = 0) => (
    <ControlButton
      icon={icon}
      label={badge > 0 ? t('controls:withNew', { title, count: badge }) : title}
      className={`for-${name}`}
      badge={badge}
      active={panel === name}
      expanded={panel === name}
      onClick={() => onToggle(name)}
    />
  );

  const menuOf = (input: 'microphone' | 'camera') => (
    <DeviceMenu
      input={input}
      own={snapshot.ownDevices}
      effects={snapshot.effects}
      choice={choice}
      actions={actions}
      onSettings={() => {
        if (panel !== 'settings') onToggle('settings');
      }}
    />
  );

  return (
    <section className="control-bar" aria-label={t('controls:bar')}>
      <span className="control-split">
        <ControlButton
          icon={micOn ? Mic : MicOff}
          label={
            refused.microphone ??
            (micOn
              ? unlessBlocked(t('devices:microphoneOff'), 'unheard')
              : t(blockedInputs.microphone ? 'devices:blocked.microphone' : 'devices:microphoneOn'))
          }
          disabled={refused.microphone !== null}
          ctrlKey="D"
          off={!micOn}
          useless={micOn ? blocked : blockedInputs.microphone}
          keepsFocus
          onClick={() => toggleInput('microphone', micOn)}
        />
        {menuOf('microphone')}
      </span>
      <span className="control-split">
        <ControlButton
          icon={cameraOn ? Video : VideoOff}
          label={
            refused.camera ??
            (cameraOn
              ? unlessBlocked(t('devices:cameraOff'), 'unseen')
              : t(blockedInputs.camera ? 'devices:blocked.camera' : 'devices:cameraOn'))
          }
          disabled={refused.camera !== null}
          ctrlKey="E"
          off={!cameraOn}
          useless={cameraOn ? blocked : blockedInputs.camera}
          onClick={() => toggleInput('camera', cameraOn)}
        />
        {menuOf('camera')}
      </span>
      {canShareScreen() && (
        <ControlButton
          icon={MonitorUp}
          label={
            refused.screen ?? (sharing ? unlessBlocked(t('controls:stopShare'), 'unseenScreen') : t('controls:share'))
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
        label={whenBack(handUp ? t('controls:lowerHand') : t('controls:raiseHand'))}
        active={handUp}
        onClick={() => void attempt(handUp ? actions.lowerHand(self.id) : actions.raiseHand())}
      />
      <ReactionButton actions={actions} refused={refusedReaction(snapshot)} />
      <span className="control-gap" />
      {panelButton('chat', MessageSquare, t('controls:chat'), unread)}
      {panelButton('people', Users, t('controls:people'), snapshot.lobby.length)}
      {panelButton('settings', SlidersHorizontal, t('controls:settings'))}
      <ControlButton icon={Phone} label={t('controls:leave')} danger onClick={() => void attempt(actions.leave())} />
    </section>
  );
}
