declare module 'cluster-key-slot' {
  /** Of 16,384 slots of a Redis Cluster, the one of a key. */
  export default function clusterSlot(key: string): number;
}
