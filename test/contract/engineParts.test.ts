import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { InputCodec } from '../../core/reencoding/messages.ts';
import { FfmpegEngine } from '../../reencoder/engines/ffmpeg/FfmpegEngine.ts';
import { parseFrameHeader } from '../../reencoder/engines/ffmpeg/frameHeaders.ts';
import { findEngine } from '../../reencoder/engines/findEngine.ts';
import { codedVideo } from '../support/codedVideo.ts';
import { EngineRun } from '../support/EngineRun.ts';
import { signalProcess } from '../support/signalProcess.ts';
import { waitUntil } from '../support/waitUntil.ts';

const INPUTS: readonly InputCodec[] = ['VP8', 'VP9', 'H264'];

describe('finding an engine', () => {
  test('auto finds libav', async () => {
    const { engine } = await findEngine('auto');
    expect(engine?.name).toBe('libav');
    expect(engine?.outputs).toEqual(['VP8', 'H264']);
  });

  test('where node-av does not load, auto takes the ffmpeg command', async () => {
    // Makes node-av look for a binary that was built here, which there is not.
    process.env.AV_FROM_SOURCE = '1';
    try {
      expect((await findEngine('auto')).engine?.name).toBe('ffmpeg');
      const libav = await findEngine('libav');
      if (libav.engine !== null) throw new Error('libav was found');
      expect(libav.reason).toMatch(/^libav: .*npm install node-av/);
      const neither = await findEngine('auto', { ffmpegPath: '/nowhere' });
      if (neither.engine !== null) throw new Error('An engine was found');
      expect(neither.reason).toMatch(/node-av.*apt-get install ffmpeg/);
    } finally {
      delete process.env.AV_FROM_SOURCE;
    }
  });

  test('what was chosen is what is looked for', async () => {
    const { engine } = await findEngine('ffmpeg');
    expect(engine?.name).toBe('ffmpeg');
  });

  test.each(['/nowhere/ffmpeg', process.execPath, '/etc/hostname', '/bin/false', '/bin/true'])(
    'where %s is no ffmpeg, the reason says what to install',
    async (ffmpegPath) => {
      const found = await findEngine('ffmpeg', { ffmpegPath });
      expect(found.engine).toBeNull();
      if (found.engine === null) expect(found.reason).toMatch(/^ffmpeg: .*apt-get install ffmpeg/);
    },
  );
});

describe.each(INPUTS)('headers of %s', (codec) => {
  test.each([
    [320, 180],
    [642, 362],
    [1920, 1080],
  ])('tell %d×%d of keyframes alone', async (width, height) => {
    const video = await codedVideo({ codec, width, height, frames: 4, gop: 2 });
    expect(video.map(({ data }) => parseFrameHeader(codec, data))).toEqual(
      [0, 1, 2, 3].map((index) => ({ size: index % 2 === 0 ? { width, height } : null, shown: true })),
    );
  });

  test('never throw, whatever comes', () => {
    for (let length = 0; length < 2_000; length++) {
      const data = Buffer.from(Array.from({ length: length % 80 }, () => Math.floor(Math.random() * 256)));
      if (codec === 'H264' && length % 2 === 0) data.fill(Buffer.from([0, 0, 1, 0x67]), 0, Math.min(4, data.length));
      parseFrameHeader(codec, data);
    }
  });
});

describe('processes of the ffmpeg engine', () => {
  test('one does all the work on an input that flows', async () => {
    const { run, video } = await started();
    for (const frame of video.slice(3)) await run.pushAll([frame]);
    expect(run.transcoder.pids).toHaveLength(1);
    await run.transcoder.close();
  });

  test('when it is killed, the transcoder fails', async () => {
    const { run, video } = await started();
    const [worker] = run.transcoder.pids;
    signalProcess(worker, 'SIGKILL');
    await run.pushAll(video.slice(3));
    await waitUntil(() => run.failures.length === 1 || 'it did not fail');
    await run.transcoder.close();
    expect(run.failures).toHaveLength(1);
  });

  test('when one that encodes H264 is killed, the transcoder fails', async () => {
    const { run, video } = await started({ output: 'H264' });
    const [, encoder] = run.transcoder.pids;
    signalProcess(encoder, 'SIGKILL');
    await run.pushAll(video.slice(3));
    await waitUntil(() => run.failures.length === 1 || 'it did not fail');
    await run.transcoder.close();
    expect(run.failures).toHaveLength(1);
  });

  test('of VP8 the same one goes on when the input pauses', async () => {
    const { run, video } = await started();
    const worker = [...run.transcoder.pids];
    await pause(500);
    const timestamp = (video[2]?.timestamp ?? 0) + 45_000;
    expect(await run.repeat(timestamp, run.wishes({ keyframe: true }))).toBe(true);
    expect(run.frames.at(-1)).toMatchObject({ timestamp, keyframe: true });
    await run.pushAll(video.slice(3));
    expect(run.keyframes(0)).toEqual([0, 3]);
    expect(run.transcoder.pids).toEqual(worker);
    await run.transcoder.close();
  });

  test('of others another one is ready then; killed while nothing is asked of it, it is replaced', async () => {
    const { run, video } = await started({ input: 'VP9' });
    await waitUntil(() => run.transcoder.pids.length === 2 || 'nothing is ready for a pause');
    const [worker, resting] = run.transcoder.pids;
    signalProcess(resting, 'SIGKILL');
    await waitUntil(() => run.transcoder.pids.length === 1 || 'it lives on');
    const timestamp = (video[2]?.timestamp ?? 0) + 90_000;
    expect(await run.repeat(timestamp, run.wishes({ keyframe: true }))).toBe(true);
    expect(run.frames.at(-1)).toMatchObject({ timestamp, keyframe: true });
    await run.pushAll(video.slice(3));
    expect(run.transcoder.pids).toHaveLength(2);
    expect(run.transcoder.pids[0]).toBe(worker);
    expect(run.frames).toHaveLength(video.length + 1);
    await run.transcoder.close();
    expect(run.failures).toEqual([]);
  });

  test('they end with the process that started them', async () => {
    const script = fileURLToPath(new URL('../support/transcodeForEver.ts', import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const pids = JSON.parse(line.toString()) as number[];
    expect(pids).toHaveLength(2);
    child.kill('SIGKILL');
    await waitUntil(() => pids.every((pid) => !isAlive(pid)) || 'a helper process lives on');
  });

  test('they leave no file behind, since the last picture has no name', async () => {
    const names = () => ['/dev/shm', tmpdir()].flatMap((folder) => readdirSync(folder));
    const before = new Set(names());
    const { run } = await started({ input: 'VP9' });
    expect(names().filter((name) => name.startsWith('everroom-picture') && !before.has(name))).toEqual([]);
    await run.transcoder.close();
  });

  async function started(options: Parameters<typeof EngineRun.open>[1] = {}) {
    const engine = await FfmpegEngine.load();
    const run = await EngineRun.open(engine, options);
    const video = await codedVideo({ codec: options.input ?? 'VP8', width: 320, height: 180, frames: 6 });
    await run.pushAll(video.slice(0, 3));
    return { run, video };
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // No such process.
  }
}
