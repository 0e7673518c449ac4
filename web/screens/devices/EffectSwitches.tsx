import { Fragment } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { EFFECT_NAMES, type EffectName, type EffectStates } from '../../model/effects/Effects.ts';
import { SwitchField } from '../../ui/fields.tsx';
import { BackgroundPicture, useOwnBackground } from './BackgroundPicture.tsx';

interface EffectSwitchesProps {
  states: EffectStates;
  onWant: (name: EffectName, wanted: boolean) => void;
}

/** What is done to the person's own picture and sound, and why it is not. */
export function EffectSwitches({ states, onWant }: EffectSwitchesProps) {
  const t = useT();
  const pictured = useOwnBackground();
  return EFFECT_NAMES.map((name) => {
    const { wanted, on, problem } = states[name];
    const kind = name === 'blur' && pictured ? 'picture' : name;
    const why = problem === null ? t(`effects:${kind}.hint`) : t(`effects:${name}.${problem}`);
    return (
      <Fragment key={name}>
        <SwitchField
          label={t(`effects:${kind}.label`)}
          hint={wanted && !on ? t('effects:starting') : why}
          checked={wanted}
          onChange={(checked) => onWant(name, checked)}
        />
        {name === 'blur' && <BackgroundPicture chosen={pictured} onChosen={() => onWant('blur', true)} />}
      </Fragment>
    );
  });
}
