import { ROOT } from '../machine.ts';
import { BUNDLED } from '../programs.ts';
import type { UpgradeRequest } from './control.ts';

/** Asks a running supervisor to hand over to servers of this checkout. `ifOther`: only if it runs another one. */
export function upgradeRequest(ifOther: boolean): UpgradeRequest {
  return { type: 'upgrade', checkout: ROOT, node: process.execPath, bundled: BUNDLED, ifOther };
}
