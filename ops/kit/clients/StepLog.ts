/** What a client does on its way back, as seen from outside: at its sockets and peer connections. */
export type StepName =
  | 'socketClosed'
  | 'mediaLost'
  | 'socketOpen'
  | 'resumed'
  | 'mediaOpened'
  | 'peersMade'
  | 'connectAsked'
  | 'sendConnected'
  | 'recvConnected'
  | 'firstPacket';

export interface Step {
  readonly name: StepName;
  /** ms since the epoch. */
  readonly at: number;
}

/** The parts of a WebSocket that a browser's and Node's have in common. */
interface AnySocket {
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  send(data: never, ...more: never[]): void;
}

/** Notifications that say: your transports are gone, here or soon are others. */
const MEDIA_LOST: ReadonlySet<string> = new Set(['mediaLost', 'transports']);
/** Requests whose answer is a step. */
const ANSWERED: Readonly<Record<string, StepName>> = { resume: 'resumed', openMedia: 'mediaOpened' };
/** A packet of socket.io with an event: an optional number for its answer, and its name. */
const EVENT = /^42(\d*)\["(\w+)"/u;
const ANSWER = /^43(\d+)\[/u;

/**
 * Notes the steps of a client's recoveries without its help, and so in the same way for the meeting page, for any
 * application, and for a call on bare mediasoup.
 */
export class StepLog {
  #steps: Step[] = [];

  /** Returns and removes the steps since the last call, in order. */
  take(): Step[] {
    const steps = this.#steps;
    this.#steps = [];
    return steps;
  }

  /** Notes what happens at this socket and its messages of socket.io. */
  watchSocket(socket: AnySocket): void {
    const awaited = new Map<string, StepName>();
    socket.addEventListener('open', () => this.#note('socketOpen'));
    socket.addEventListener('close', () => this.#note('socketClosed'));
    socket.addEventListener('message', ({ data }) => {
      const text = textOf(data);
      const answered = awaited.get(ANSWER.exec(text)?.[1] ?? '');
      if (answered) this.#note(answered);
      if (MEDIA_LOST.has(EVENT.exec(text)?.[2] ?? '')) this.#note('mediaLost');
    });
    const send = socket.send.bind(socket);
    socket.send = (data: never, ...more: never[]) => {
      const [, number = '', name = ''] = EVENT.exec(textOf(data)) ?? [];
      const step = ANSWERED[name];
      if (step && number !== '') awaited.set(number, step);
      if (name === 'connectTransport') this.#note('connectAsked');
      send(data, ...more);
    };
  }

  /** Returns a class that makes peer connections like `Made` does and notes what becomes of them. */
  watchedPeers(Made: typeof RTCPeerConnection): typeof RTCPeerConnection {
    const watch = (peer: RTCPeerConnection): void => this.#watchPeer(peer);
    return class extends Made {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        watch(this);
      }
    };
  }

  #watchPeer(peer: RTCPeerConnection): void {
    this.#note('peersMade');
    let wasConnected = false;
    peer.addEventListener('connectionstatechange', () => {
      if (peer.connectionState !== 'connected' || wasConnected) return;
      wasConnected = true;
      // mediasoup's clients offer what they send and answer what they receive.
      this.#note(peer.localDescription?.type === 'offer' ? 'sendConnected' : 'recvConnected');
    });
    peer.addEventListener('track', ({ track }) => {
      if (track.kind === 'video') track.addEventListener('unmute', () => this.#note('firstPacket'), { once: true });
    });
  }

  #note(name: StepName): void {
    this.#steps.push({ name, at: performance.timeOrigin + performance.now() });
  }
}

function textOf(data: unknown): string {
  return typeof data === 'string' ? data.slice(0, 64) : '';
}
