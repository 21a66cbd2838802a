/** The error for shared memory that makes no sense: another thread may have written anything into it. */

/** Not a defect of offloop, unlike a failed assertion: whoever reads the memory sets it aside and goes on. */
class CorruptMemory extends Error {
  override readonly name = 'CorruptMemory'
}

/** Guards what a thread that keeps the layout's rules never does.
 *  @param reason what holds for memory that makes sense */
export function checkMemory(makesSense: boolean, reason: string): asserts makesSense {
  if (!makesSense) throw new CorruptMemory(`not so: ${reason}`)
}
