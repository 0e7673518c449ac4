import { Room } from '../../../../client/Room.ts';
import { MemoryStorage } from '../../../../client/storage.ts';
import { NetworkPath } from '../../../browser/sdk/NetworkPath.ts';
import { waitUntil } from '../../../support/waitUntil.ts';
import type { TestNode } from '../TestNode.ts';
import { type Conversation, Recorder, type Step } from './Recorder.ts';

/** The parts of a MediaStreamTrack that are used without a browser. */
class DeviceTrack extends EventTarget {
  enabled = true;
  readyState = 'live';
  readonly kind = 'audio';

  stop(): void {
    this.readyState = 'ended';
  }

  getSettings(): MediaTrackSettings {
    return {};
  }
}

/**
 * The conversation of this checkout's clients with a node while people join, publish, mute, chat, knock, change roles
 * and settings, lose their connection and are removed. Each step waits until everybody has heard of the one before.
 */
export async function converse(node: TestNode, protocol: number): Promise<Conversation> {
  const roomId = await node.createRoom({ name: 'Standup', lobby: false });
  const path = await NetworkPath.open();
  path.targetPort = node.port;
  const recorder = new Recorder();
  const people = new Map<string, Room>();

  const person = (id: string): Room => {
    let ids = 0;
    const storage = new MemoryStorage();
    const room = new Room({
      media: false,
      sessionStorage: storage,
      chatStorage: storage,
      newId: () => `${id}-${++ids}`,
    });
    people.set(id, room);
    return room;
  };
  const connect = async (room: Room, id: string, role: 'host' | 'member', url = node.url): Promise<void> => {
    await room.connect(url, await node.joinToken(roomId, id, role), { name: id });
  };
  const settled = async (): Promise<void> => {
    const host = node.hosts.get(roomId);
    if (!host) throw new Error('the room is not open');
    await waitUntil(() => {
      const behind = [...people].find(([, room]) => room.state === 'connected' && room.version !== host.version);
      return behind ? `${behind[0]} is at ${behind[1].version} of ${host.version}` : true;
    });
  };
  /** Until its new connection, the last one that was accepted, has heard all that it hears upon entering. */
  const isBack = (room: Room) =>
    waitUntil(() => {
      const version = node.hosts.get(roomId)?.version;
      if (room.state !== 'connected' || room.version !== version) return `at ${room.version} of ${version}`;
      const { steps } = recorder;
      const heard = steps.slice(steps.findLastIndex(({ does }) => does === 'accept'));
      return heard.some((each) => each.does === 'tell' && each.name === 'reencodingStatus') || 'not told of reencoding';
    });
  const step = async (run: () => Promise<unknown>): Promise<void> => {
    await run();
    await settled();
  };

  try {
    const hal = person('hal');
    const ann = person('ann');
    await step(() => connect(hal, 'hal', 'host'));
    await step(() => connect(ann, 'ann', 'member', path.url));

    const microphone = new DeviceTrack() as unknown as MediaStreamTrack;
    await step(() => ann.localParticipant.publishTrack(microphone, { source: 'microphone' }));
    await step(() => ann.localParticipant.mute('microphone'));
    await step(() => ann.localParticipant.unmute('microphone'));
    const trackId = ann.localParticipant.publication('microphone')?.trackId ?? '';
    await step(() => hal.controls.muteTrack('ann', trackId));
    await step(() => hal.controls.stopTrack('ann', trackId));
    const camera = new DeviceTrack() as unknown as MediaStreamTrack;
    await step(() => ann.localParticipant.publishTrack(camera, { source: 'camera', muted: true }));
    const cameraId = ann.localParticipant.publication('camera')?.trackId ?? '';
    await step(() => hal.controls.setTrackReencoding('ann', cameraId, true));

    let messageId = '';
    const hears = (text: string) =>
      waitUntil(() => ann.chat.messages.some((message) => message.text === text) || `ann does not read ${text}`);
    await step(async () => {
      messageId = hal.chat.send('Hello');
      await hears('Hello');
    });
    await step(() => hal.chat.edit(messageId, 'Hello all'));
    await step(() => hal.chat.delete(messageId));

    await step(() => ann.localParticipant.raiseHand());
    await step(() => hal.controls.lowerHand('ann'));
    await step(() => ann.localParticipant.setName('Anna'));

    await step(() => hal.controls.rename('Retro'));
    await step(() => hal.controls.setLocked(true));
    await step(() => hal.controls.setLocked(false));
    await step(() => hal.controls.setPassword('secret'));
    await step(() => hal.controls.setPassword(null));
    await step(() => hal.controls.setCapacity(12));
    await step(() => hal.controls.setReencodingPolicy({ mode: 'auto', viewers: 3 }));
    await step(() => hal.controls.setLobby(true));

    // Two people knock; a member hears nothing of it until they become a host.
    const zoe = person('zoe');
    const yan = person('yan');
    const waits = (id: string, of = hal) => waitUntil(() => lobbyOf(of).includes(id) || `${id} has not knocked`);
    const zoeIn = connect(zoe, 'zoe', 'member');
    await step(() => waits('zoe'));
    const yanOut = connect(yan, 'yan', 'member').catch((error: unknown) => error);
    await step(() => waits('yan'));
    await step(() => hal.controls.setRole('ann', 'host'));
    await step(() => hal.controls.admit('zoe'));
    await zoeIn;
    await settled();
    await step(() => ann.controls.deny('yan'));
    await yanOut;
    await step(() => hal.controls.ban('yan'));
    await step(() => hal.controls.setRole('ann', 'member'));
    await step(() => hal.controls.unban('yan'));

    // One client is away while things happen: what it missed comes as commits.
    path.cut();
    await waitUntil(() => hal.participants.get('ann')?.connected === false || 'nobody misses ann');
    await hal.controls.setLocked(true);
    await zoe.localParticipant.raiseHand();
    path.heal();
    await isBack(ann);

    // The same, except that her own role changes: then she gets the whole room.
    path.cut();
    await waitUntil(() => hal.participants.get('ann')?.connected === false || 'nobody misses ann');
    await hal.controls.setRole('ann', 'host');
    path.heal();
    await isBack(ann);

    const ended = new Promise((resolve) => zoe.on('disconnected', resolve));
    await step(() => ann.controls.remove('zoe'));
    await ended;
    await step(() => ann.disconnect());
    const closed = new Promise((resolve) => hal.on('disconnected', resolve));
    // The end of the stay may come before the answer.
    await hal.controls.closeRoom().catch(() => undefined);
    await closed;
  } finally {
    recorder.stop();
    for (const room of people.values()) await room.disconnect();
    await path.close();
  }
  return { protocol, steps: portable(opened(recorder.steps)) };
}

function lobbyOf(room: Room): string[] {
  return [...(room.record?.lobby.keys() ?? [])];
}

/** Connections that never opened (the path was cut) do not show the protocol. */
function opened(steps: readonly Step[]): Step[] {
  const spoken = new Set(steps.filter(({ does }) => does === 'connect').map(({ on }) => on));
  const numbers = new Map([...spoken].map((on, index) => [on, index + 1]));
  return steps.filter(({ on }) => spoken.has(on)).map((step) => ({ ...step, on: numbers.get(step.on) ?? 0 }));
}

/** Tokens name their holder: the next server signs others. */
function portable(steps: readonly Step[]): Step[] {
  const inWords = (token: string): string => {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    const { aud, sub, role } = JSON.parse(payload) as { aud: string; sub: string; role?: string };
    return aud.endsWith(':join') ? `join ${sub} ${role}` : `resume ${sub}`;
  };
  const text = JSON.stringify(steps).replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, (token) => `<${inWords(token)}>`);
  return JSON.parse(text) as Step[];
}
