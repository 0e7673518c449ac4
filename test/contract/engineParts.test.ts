import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FfmpegEngine } from '../../reencoder/engines/ffmpeg/FfmpegEngine.ts';
import { findEngine } from '../../reencoder/engines/findEngine.ts';
import type { CodedFrame } from '../../reencoder/frames.ts';
import { codedVideo } from '../support/codedVideo.ts';
import { EngineRun } from '../support/EngineRun.ts';
import { signalProcess } from '../support/signalProcess.ts';
import { waitUntil } from '../support/waitUntil.ts';

const TWO_LAYERS = [
  { scaleDownBy: 2, bitrateBps: 200_000 },
  { scaleDownBy: 1, bitrateBps: 500_000 },
];

describe('finding an engine', () => {
  test('auto finds libav', async () => {
    const { engine } = await findEngine('auto');
    expect(engine?.name).toBe('libav');
    expect(engine?.outputs).toEqual(['VP8', 'H264']);
  });

  test('auto takes the ffmpeg command if node-av does not load', async () => {
    // Makes node-av look for a locally built binary, which does not exist.
    process.env.AV_FROM_SOURCE = '1';
    try {
      expect(await findEngine('auto')).toMatchObject({
        engine: { name: 'ffmpeg' },
        passedOver: expect.stringContaining('npm install node-av'),
      });
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

  test('only the chosen engine is looked for', async () => {
    const { engine } = await findEngine('ffmpeg');
    expect(engine?.name).toBe('ffmpeg');
  });

  test.each(['/nowhere/ffmpeg', process.execPath, '/etc/hostname', '/bin/false', '/bin/true'])(
    'the reason says what to install if the command %s is no ffmpeg',
    async (ffmpegPath) => {
      const found = await findEngine('ffmpeg', { ffmpegPath });
      expect(found.engine).toBeNull();
      if (found.engine === null) expect(found.reason).toMatch(/^ffmpeg: .*apt-get install ffmpeg/);
    },
  );
});

describe('commands of the ffmpeg engine', () => {
  test.each(['VP8', 'H264'] as const)(
    'a keyframe brings a layer back after its command for %s is killed',
    async (output) => {
      const { run, video } = await started({ output, layers: TWO_LAYERS });
      const [first, second] = run.transcoder.pids;
      signalProcess(first, 'SIGKILL');
      await waitUntil(() => run.complaints.length > 0 || 'nobody complains');
      await run.pushAll(video.slice(3));
      // One complaint for the end, and one for each frame until the keyframe.
      expect(run.complaints).toHaveLength(4);
      expect(run.layer(0).map(({ timestamp }) => timestamp)).toEqual(
        timestampsOf([...video.slice(0, 3), ...video.slice(6)]),
      );
      expect(run.layer(1).map(({ timestamp }) => timestamp)).toEqual(timestampsOf(video));
      expect(run.transcoder.pids).toContain(second);
      expect(run.transcoder.pids).not.toContain(first);
      await run.transcoder.close();
      expect(run.failures).toEqual([]);
    },
  );

  test('a stuck command is killed, and a keyframe brings its layer back', async () => {
    const { run, video } = await started();
    signalProcess(run.transcoder.pids[0], 'SIGSTOP');
    for (const frame of video.slice(3, 6)) run.transcoder.push(frame, run.wishes());
    expect(run.transcoder.backlog).toBe(3);
    await waitUntil(() => run.complaints.length > 0 || 'nobody complains');
    expect(run.transcoder.backlog).toBe(0);
    await run.pushAll(video.slice(6));
    expect(run.layer(0).map(({ timestamp }) => timestamp)).toEqual(
      timestampsOf([...video.slice(0, 3), ...video.slice(6)]),
    );
    await run.transcoder.close();
    expect(run.failures).toEqual([]);
  });

  test('the transcoder fails when commands die one after the other without a frame', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'everroom-ffmpeg-'));
    const path = join(folder, 'ffmpeg');
    await writeFile(path, '#!/bin/sh\nexec ffmpeg "$@"\n', { mode: 0o755 });
    try {
      const run = await EngineRun.open(await FfmpegEngine.load(path));
      const [keyframe] = await codedVideo({ codec: 'VP8', width: 320, height: 180, frames: 1 });
      if (!keyframe) throw new Error('There is no frame');
      await run.pushAll([keyframe]);
      expect(run.frames).toHaveLength(1);
      await writeFile(path, '#!/bin/sh\nexit 1\n');
      signalProcess(run.transcoder.pids[0], 'SIGKILL');
      for (let death = 1; run.failures.length === 0; death += 1) {
        await waitUntil(() => run.complaints.length + run.failures.length >= death || `${death - 1} deaths`);
        run.transcoder.push(keyframe, run.wishes());
      }
      expect(run.complaints.length).toBe(9);
      await run.transcoder.close();
      expect(run.transcoder.pids).toEqual([]);
    } finally {
      await FfmpegEngine.load();
      await rm(folder, { recursive: true });
    }
  });

  test('commands end with the process that started them', async () => {
    const script = fileURLToPath(new URL('../support/transcodeForEver.ts', import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const pids = JSON.parse(line.toString()) as number[];
    expect(pids).toHaveLength(2);
    child.kill('SIGKILL');
    await waitUntil(() => pids.every((pid) => !isAlive(pid)) || 'a helper process lives on');
  });

  /** Three of nine frames went through; the seventh is a keyframe. */
  async function started(options: Parameters<typeof EngineRun.open>[1] = {}) {
    const run = await EngineRun.open(await FfmpegEngine.load(), options);
    const video = await codedVideo({ codec: 'VP8', width: 320, height: 180, frames: 9, gop: 6 });
    await run.pushAll(video.slice(0, 3));
    return { run, video };
  }
});

function timestampsOf(frames: readonly CodedFrame[]): number[] {
  return frames.map(({ timestamp }) => timestamp);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // No such process.
  }
}
