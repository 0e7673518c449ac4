import { useEffect, useRef } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { useNotices } from '../../ui/notices.tsx';
import type { DeviceLists } from '../media/useDevices.ts';
import { newDevices } from './newDevices.ts';

/** Says that a device was plugged in during the meeting. */
export function usePluggedNotices(lists: DeviceLists): void {
  const t = useT();
  const { show } = useNotices();
  const before = useRef(lists);
  useEffect(() => {
    const added = newDevices(before.current, lists);
    before.current = lists;
    for (const device of added) show(t('devices:plugged', { device }), t('devices:pluggedAdvice'));
  }, [lists, show, t]);
}
