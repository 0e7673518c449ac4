declare module 'cluster-key-slot' {
  /** Returns the slot of a key among the 16,384 slots of a Redis Cluster. */
  export default function clusterSlot(key: string): number;
}
