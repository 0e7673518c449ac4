import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { Check, ChevronUp, Settings, SwitchCamera, Volume2 } from 'lucide-react';
import type { TextKey } from '../../i18n/areas.ts';
import { useT } from '../../i18n/i18n.ts';
import { EFFECT_OF, type EffectStates } from '../../model/effects/Effects.ts';
import type { DeviceKind, MeetingActions, OwnDevices } from '../../model/Meeting.ts';
import { TippedButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { LevelMeter } from '../media/LevelMeter.tsx';
import { canFlip, useIsPhone } from './canFlip.ts';
import { canChooseSpeaker, type DeviceChoice } from './useDeviceChoice.ts';
import { useTestSound } from './useTestSound.ts';
import './DeviceMenu.css';

interface DeviceMenuProps {
  input: 'microphone' | 'camera';
  own: OwnDevices;
  effects: EffectStates;
  choice: DeviceChoice;
  actions: MeetingActions;
  onSettings: () => void;
}

const TITLES = { microphone: 'devices:microphone', camera: 'devices:camera', speaker: 'devices:speaker' } as const;
const MENU_LABELS: Record<DeviceMenuProps['input'], TextKey> = {
  microphone: 'devices:microphoneMenu',
  camera: 'devices:cameraMenu',
};

/** The other half of the button for the microphone or the camera: which device, how loud, through which speaker. */
export function DeviceMenu({ input, own, effects, choice, actions, onSettings }: DeviceMenuProps) {
  const t = useT();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <TippedButton label={t(MENU_LABELS[input])} className="control-more">
          <ChevronUp size={18} />
        </TippedButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu device-menu" side="top" sideOffset={8} collisionPadding={8} loop>
          <DeviceGroup kind={input} choice={choice} />
          {input === 'microphone' && own.microphone && (
            <div className="device-level">
              <LevelMeter track={own.microphone} />
            </div>
          )}
          <EffectItem input={input} effects={effects} actions={actions} />
          {input === 'microphone' && <SpeakerGroup choice={choice} />}
          {input === 'camera' && <FlipItem choice={choice} actions={actions} />}
          <DropdownMenu.Separator className="menu-line" />
          <DropdownMenu.Item className="menu-item" onSelect={onSettings}>
            <Settings size={18} />
            {t('devices:openSettings')}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function DeviceGroup({ kind, choice }: { kind: DeviceKind; choice: DeviceChoice }) {
  const t = useT();
  const { lists } = choice;
  const devices = { microphone: lists.microphones, camera: lists.cameras, speaker: lists.speakers }[kind];
  return (
    <>
      <DropdownMenu.Label className="menu-title">{t(TITLES[kind])}</DropdownMenu.Label>
      {devices.length === 0 && <p className="device-none">{t('devices:none')}</p>}
      <DropdownMenu.RadioGroup
        value={choice.inUse(kind) ?? ''}
        onValueChange={(deviceId) => choice.choose(kind, deviceId)}
      >
        {devices.map(({ deviceId, label }) => (
          <DropdownMenu.RadioItem key={deviceId} value={deviceId} className="menu-item device-item">
            <span className="device-check">
              <DropdownMenu.ItemIndicator>
                <Check size={18} />
              </DropdownMenu.ItemIndicator>
            </span>
            <span className="device-label">{label}</span>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </>
  );
}

function SpeakerGroup({ choice }: { choice: DeviceChoice }) {
  const t = useT();
  const [playing, play] = useTestSound(choice.inUse('speaker'));
  return (
    <>
      <DropdownMenu.Separator className="menu-line" />
      {canChooseSpeaker() && choice.lists.speakers.length > 0 && <DeviceGroup kind="speaker" choice={choice} />}
      <DropdownMenu.Item
        className="menu-item"
        onSelect={(event) => {
          event.preventDefault(); // The menu stays open to try another speaker.
          play();
        }}
      >
        <Volume2 size={18} />
        {t(playing ? 'devices:testPlaying' : 'devices:testSound')}
      </DropdownMenu.Item>
    </>
  );
}

function EffectItem({ input, effects, actions }: Pick<DeviceMenuProps, 'input' | 'effects' | 'actions'>) {
  const t = useT();
  const name = EFFECT_OF[input];
  return (
    <DropdownMenu.CheckboxItem
      className="menu-item device-item"
      checked={effects[name].wanted}
      onCheckedChange={(wanted) => actions.setEffect(name, wanted)}
    >
      <span className="device-check">
        <DropdownMenu.ItemIndicator>
          <Check size={18} />
        </DropdownMenu.ItemIndicator>
      </span>
      {t(`effects:${name}.label`)}
    </DropdownMenu.CheckboxItem>
  );
}

function FlipItem({ choice, actions }: { choice: DeviceChoice; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  if (!canFlip(choice.lists.cameras, useIsPhone())) return null;
  return (
    <DropdownMenu.Item className="menu-item" onSelect={() => void attempt(actions.flipCamera())}>
      <SwitchCamera size={18} />
      {t('devices:flip')}
    </DropdownMenu.Item>
  );
}
