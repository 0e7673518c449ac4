import { t } from '../i18n/i18n.ts';
import type { MeetingSnapshot, Notice, OneRoom } from './Meeting.ts';
import { onDemand } from './onDemand.ts';
import type { OwnRecordingState, RecordingActions } from './ownRecordings.ts';
import type { Recorder } from './recording/Recorder.ts';

interface Meeting {
  subscribe(listener: () => void): () => void;
  getSnapshot(): OneRoom<MeetingSnapshot>;
}

interface Room {
  beginRecording(): Promise<void>;
  endRecording(participantId: string): Promise<void>;
  setRecordingAllowed(allowed: boolean): Promise<void>;
}

interface Page {
  readonly say: (notice: Notice) => void;
  readonly changed: () => void;
  /** Loads the recorder and gets it ready. */
  readonly open: (meeting: Meeting) => Promise<Pick<Recorder, 'name' | 'begunAt' | 'start' | 'stop' | 'onProblem'>>;
}

type Open = Awaited<ReturnType<Page['open']>>;

/** Begins and ends recordings so that nothing is ever recorded of which the room does not know. */
export class OwnRecording {
  readonly actions: RecordingActions;
  readonly #meeting: Meeting;
  readonly #room: Room;
  readonly #page: Page;
  #state: OwnRecordingState = { step: 'none' };
  #recorder: Open | null = null;
  /** The room's record has shown it: if it does no more, a host has ended it. */
  #known = false;

  constructor(meeting: Meeting, room: Room, page: Page) {
    this.#meeting = meeting;
    this.#room = room;
    this.#page = page;
    this.actions = {
      begin: () => this.#begin(),
      end: () => this.#end(),
      dismiss: () => {
        if (this.#state.step === 'kept') this.#enter({ step: 'none' });
      },
      endOf: (participantId) => room.endRecording(participantId),
      setAllowed: (allowed) => room.setRecordingAllowed(allowed),
    };
  }

  get state(): OwnRecordingState {
    return this.#state;
  }

  /** Called when the meeting has changed. */
  follow({ self, ended }: OneRoom<MeetingSnapshot>): void {
    if (this.#state.step === 'none' || this.#state.step === 'kept') {
      // The page that recorded was closed, and came back without its recorder.
      if (self.recordingSince !== null && ended === null && !this.#known) {
        this.#known = true;
        this.#room.endRecording(self.id).catch((error: unknown) => console.warn('others see a recording', error));
      }
      if (self.recordingSince === null) this.#known = false;
      return;
    }
    if (ended !== null) void this.#finish();
    if (this.#state.step !== 'running') return;
    if (self.recordingSince !== null) this.#known = true;
    else if (this.#known) {
      this.#page.say({ title: t('recording:endedByHost.title'), advice: t('recording:endedByHost.advice') });
      void this.#finish();
    }
  }

  async #begin(): Promise<void> {
    if (this.#state.step !== 'none' && this.#state.step !== 'kept') return;
    this.#enter({ step: 'beginning' });
    this.#known = false;
    let recorder: Open | null = null;
    try {
      recorder = await this.#page.open(this.#meeting);
      await this.#room.beginRecording();
      if (this.#meeting.getSnapshot().ended !== null) throw new DOMException('the meeting is over', 'AbortError');
    } catch (error) {
      await recorder?.stop();
      this.#enter({ step: 'none' });
      throw error;
    }
    this.#recorder = recorder;
    recorder.onProblem = (problem) => void this.#giveUp(problem);
    recorder.start();
    addEventListener('beforeunload', askBeforeUnload);
    this.#enter({ step: 'running', since: recorder.begunAt });
    this.follow(this.#meeting.getSnapshot());
  }

  async #end(): Promise<void> {
    if (this.#state.step !== 'running') return;
    await this.#finish();
    await this.#room.endRecording(this.#meeting.getSnapshot().self.id);
  }

  /** The browser takes no more; what it has is kept. */
  async #giveUp(problem: 'full' | 'failed'): Promise<void> {
    if (this.#state.step !== 'running') return;
    this.#page.say({ title: t(`recording:${problem}.title`), advice: t(`recording:${problem}.advice`) });
    await this.#end().catch((error: unknown) => console.warn('others see a recording', error));
  }

  async #finish(): Promise<void> {
    const recorder = this.#recorder;
    if (!recorder || this.#state.step !== 'running') return;
    this.#recorder = null;
    this.#enter({ step: 'ending' });
    try {
      await recorder.stop();
    } finally {
      removeEventListener('beforeunload', askBeforeUnload);
      this.#enter({ step: 'kept', name: recorder.name });
    }
  }

  #enter(state: OwnRecordingState): void {
    this.#state = state;
    this.#page.changed();
  }
}

export async function openRecorder(meeting: Meeting): Promise<Recorder> {
  const { Recorder } = await onDemand(() => import('./recording/Recorder.ts'));
  return Recorder.open(meeting);
}

/** The browser asks whether the person wants to leave the page. */
function askBeforeUnload(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
