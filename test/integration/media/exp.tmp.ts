import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { readFile } from 'node:fs/promises';
import { observer } from 'mediasoup';
import { launchChromium } from '../../support/chromium.ts';
import { openTestPlane, TestRoom } from './TestRoom.ts';
import { joined, published } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
const N = Number(process.argv[2] ?? 3), ROUNDS = Number(process.argv[3] ?? 8);
let plis = 0, keys = 0; const events: string[] = []; let tk = 0;
observer.on('newworker', (w) => w.observer.on('newrouter', (r) => r.observer.on('newtransport', (t) => {
  t.observer.on('newproducer', (p) => { if (p.kind !== 'video') return; p.enableTraceEvent(['pli','keyframe']).catch(()=>{}); let seen = new Set(); p.on('trace', (tr: any) => { if (tr.type === 'pli') { plis++; events.push(`${Date.now()-tk}:${p.id.slice(0,3)}:pli:${String(tr.info.ssrc).slice(-3)}`);} else { const k = tr.info.timestamp + ':' + tr.info.ssrc; if (!seen.has(k)) { seen.add(k); keys++; events.push(`${Date.now()-tk}:${p.id.slice(0,3)}:key`);} } }); p.once('score', () => events.push(`${Date.now()-tk}:${p.id.slice(0,3)}:rtp`)); p.observer.on('resume', () => events.push(`${Date.now()-tk}:${p.id.slice(0,3)}:resumed`)); });
})));
await build({ configFile: false, logLevel: 'error', build: { outDir: '/tmp/mexp', lib: { entry: fileURLToPath(new URL('exp.page.ts', import.meta.url)), formats: ['iife'], name: 'page', fileName: () => 'page.js' } } });
const script = await readFile('/tmp/mexp/page.js', 'utf8');
const browser = await launchChromium();
const plane = await openTestPlane();
const room = new TestRoom(plane);
const ids = Array.from({ length: N }, (_, i) => 'p' + i);
room.record(...ids.flatMap((id, i) => [joined(id, i + 1), published(id, id + '-cam', 'camera'), published(id, id + '-mic')]));
const pages = await Promise.all(ids.map(async (id, i) => {
  const ctx = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await ctx.newPage();
  await page.route('http://localhost/', (r) => r.fulfill({ contentType: 'text/html', body: '<body>' }));
  await page.exposeFunction('call', async (name: string, ...a: any[]) => {
    if (name === 'openTransports') return room.media.openTransports(a[0], a[1], a[2]);
    if (name === 'connect') return room.media.connectTransport(a[0], a[1], a[2], a[3]);
    return room.media.produce(a[0], a[1], a[2], a[3]);
  });
  await page.goto('http://localhost/');
  await page.addScriptTag({ content: script });
  page.on('pageerror', (e) => console.log('pageerror', e.message));
  room.viewers.set(id, { consumersOpened: (offers) => page.evaluate((o) => (window as any).open(o), offers as any) as any });
  return page;
}));
await Promise.all(pages.map((p, i) => p.evaluate(([caps, id, s]) => (window as any).start(caps, id, s), [plane.rtpCapabilities, ids[i], i + 1] as any)));
for (const [i] of ids.entries()) room.media.setView(ids[i]!, i + 1, new Map(ids.filter((x) => x !== ids[i]).map((x) => [x + '-cam', { width: 640, height: 360, pinned: false }])));
const frames = () => Promise.all(pages.map((p) => p.evaluate(() => (window as any).gaps as Record<string, number[]>)));
await waitUntil(async () => (await frames()).every((f) => Object.keys(f).length === N - 1 && Object.values(f).every((x) => x.length > 30)) || 'no frames', 20000);
await sleep(3000);
room.mediaLost = (id, s) => { const i = ids.indexOf(id); pages[i]!.evaluate((s) => (window as any).rebuild(s), s).catch((e) => console.log('rebuild', e.message)); };
const gaps: number[] = [];
for (let r = 0; r < ROUNDS; r++) {
  await sleep(2500 + Math.random() * 300);
  plis = keys = 0; events.length = 0; tk = Date.now();
  process.kill(plane.workerPids()[0]!, 'SIGKILL');
  await sleep(2500);
  const f = await frames();
  const g = f.flatMap((x) => Object.values(x).map((ts) => { const after = ts.findIndex((t) => t > tk + 60); let max = 0; for (let k = 1; k < ts.length; k++) if (ts[k]! > tk && ts[k - 1]! < tk + 1500) max = Math.max(max, ts[k]! - ts[k - 1]!); return max; }));
  gaps.push(...g);
  console.log('round', r, 'gaps', g.join(' '), 'plis', plis, 'keys', keys);
  if (process.argv[4]) console.log(events.join(' '));
}
gaps.sort((a, b) => a - b);
console.log('p50', gaps[Math.floor(gaps.length / 2)], 'p95', gaps[Math.floor(gaps.length * 0.95)], 'max', gaps.at(-1), 'n', gaps.length);
process.exit(0);
