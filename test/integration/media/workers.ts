import { observer, type types } from 'mediasoup';

/** Every worker of this process, as mediasoup announces it. */
const workers = new Set<types.Worker>();
let made = 0;
observer.on('newworker', (worker) => {
  workers.add(worker);
  worker.observer.once('close', () => workers.delete(worker));
  worker.observer.on('newrouter', (router) => {
    router.observer.on('newtransport', (transport) => {
      made += 1;
      transport.observer.on('newproducer', () => {
        made += 1;
      });
    });
  });
});

/** Returns how many transports and producers all workers have made so far. */
export function madeByWorkers(): number {
  return made;
}

/** Returns the process ids of all of them, spares included. */
export function workerPids(): number[] {
  return [...workers].map((worker) => worker.pid);
}

/** Returns what the live workers themselves report to hold. */
export async function heldByWorkers(): Promise<{ routers: number; handlers: number }> {
  const dumps = await Promise.all([...workers].map((worker) => worker.dump()));
  return {
    routers: dumps.reduce((sum, dump) => sum + dump.routerIds.length, 0),
    handlers: dumps.reduce((sum, dump) => sum + dump.channelMessageHandlers.channelRequestHandlers.length, 0),
  };
}

/** Calls `seen` for every new producer before anybody can use it. */
export function onNewProducer(seen: (producer: types.Producer, transport: types.Transport) => void): void {
  observer.on('newworker', (worker) => {
    worker.observer.on('newrouter', (router) => {
      router.observer.on('newtransport', (transport) => {
        transport.observer.on('newproducer', (producer) => seen(producer, transport));
      });
    });
  });
}
