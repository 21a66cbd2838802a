/** What a round of readings is made of. Application's thread. */

export interface Sampler {
  /** Takes what there is. Cheap: some microseconds. */
  sample(): void
  /** Ends whatever it has running. */
  stop(): void
}
