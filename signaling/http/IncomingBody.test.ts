import { describe, expect, it } from 'vitest';
import { BodyAborted } from './http.ts';
import { IncomingBody } from './IncomingBody.ts';

const bytes = (count: number) => new Uint8Array(count);

class Client {
  paused = false;
  readonly body = new IncomingBody(1_000, {
    pause: () => {
      this.paused = true;
    },
    resume: () => {
      this.paused = false;
    },
  });
}

describe('IncomingBody', () => {
  it('a body that is read whole comes in one piece, however early or late it is asked for', async () => {
    const late = new Client();
    late.body.push(bytes(600));
    late.body.push(bytes(400));
    late.body.end();
    expect(await late.body.whole()).toHaveLength(1_000);
    const early = new Client();
    const whole = early.body.whole();
    early.body.push(bytes(7));
    early.body.end();
    expect(await whole).toHaveLength(7);
  });

  it('a body that is too large is refused, and the client is not left waiting', async () => {
    const client = new Client();
    client.body.push(bytes(1_001));
    expect(client.paused).toBe(true);
    await expect(client.body.whole()).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(client.paused).toBe(false);
  });

  it('a body that is read as it comes may have any size, and waits for its reader', async () => {
    const client = new Client();
    client.body.push(bytes(5_000));
    const reader = client.body.stream().getReader();
    expect((await reader.read()).value).toHaveLength(5_000);
    expect(client.paused).toBe(false);
    for (let sent = 0; sent < 16; sent += 1) client.body.push(bytes(64 << 10));
    expect(client.paused).toBe(true);
    for (let read = 0; read < 16; read += 1) await reader.read();
    expect(client.paused).toBe(false);
    client.body.end();
    expect((await reader.read()).done).toBe(true);
  });

  it('whoever reads the body of a client that goes away hears of it', async () => {
    const whole = new Client();
    const read = whole.body.whole();
    whole.body.abort();
    await expect(read).rejects.toThrow(BodyAborted);
    const streamed = new Client();
    const reader = streamed.body.stream().getReader();
    streamed.body.abort();
    await expect(reader.read()).rejects.toThrow(BodyAborted);
  });

  it('a client whose body nobody reads is not left waiting', () => {
    const client = new Client();
    client.body.push(bytes(2_000));
    client.body.drop();
    expect(client.paused).toBe(false);
    client.body.push(bytes(1 << 20));
    expect(client.paused).toBe(false);
  });
});
