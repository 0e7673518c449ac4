import { Device, type types } from 'mediasoup-client';
import type { EntryAnswer } from '../../signaling/protocol/requests.ts';
import { ConnectError } from '../errors.ts';

/** @throws ConnectError when this browser cannot take part in calls */
export async function loadDevice(
  handlerName: types.BuiltinHandlerName | undefined,
  routerRtpCapabilities: EntryAnswer['rtpCapabilities'],
): Promise<Device> {
  let device: Device;
  try {
    device = await Device.factory(handlerName === undefined ? {} : { handlerName });
  } catch (error) {
    throw new ConnectError('UNSUPPORTED_DEVICE', 'This browser cannot take part in calls.', { cause: error });
  }
  // mediasoup-client itself checks them.
  await device.load({ routerRtpCapabilities: routerRtpCapabilities as unknown as types.RtpCapabilities });
  return device;
}
