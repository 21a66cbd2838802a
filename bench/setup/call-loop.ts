/** Loops that call one method over and over, each compiled by itself.
 *
 *  Closures of one piece of source share what V8 learns at its call sites: a loop that two libraries went through would
 *  see two kinds of callee. So each loop is compiled from a text of its own, as mitata does it. */

/** Anything with a method that takes a number. */
export type Instrument = object

export interface CallLoop {
  /** Called one after the other, and from the start again. A power of two; may be replaced while nothing runs. */
  readonly instruments: Instrument[]
  readonly method: string
  /** A power of two as well. */
  readonly inputs: Int32Array | Float64Array
  /** In bursts: a multiple of what one has. */
  readonly callCount: number
  readonly bursts?: Bursts | undefined
}

/** The calls come so many in a row. */
export interface Bursts {
  readonly callCount: number
  /** Comes before each burst, within the time taken. */
  readonly before: () => void
}

/** Classes that a call site sees before it is measured: V8 tells up to four apart, and looks up the others each time. */
const STRANGER_COUNT = 8

let loopCount = 0

/** @returns runs the loop once. Its result is what was called, so that no call can be left out. */
export function compileCallLoop(loop: CallLoop): () => unknown {
  const { instruments, method, inputs, callCount, bursts } = loop
  checkPowerOfTwo(instruments.length)
  checkPowerOfTwo(inputs.length)
  if (bursts !== undefined && callCount % bursts.callCount !== 0)
    throw new RangeError(`${callCount} calls are no whole number of bursts of ${bursts.callCount}`)
  loopCount += 1
  const calls = (from: string, to: string) => `for (let index = ${from}; index < ${to}; index += 1) {
        ownInstruments[index & ${instruments.length - 1}].${method}(ownInputs[index & ${inputs.length - 1}])
      }`
  const inBursts = (size: number) => `for (let burst = 0; burst < ${callCount}; burst += ${size}) {
        before()
        ${calls('burst', `burst + ${size}`)}
      }`
  const text = `// Loop ${loopCount}: V8 compiles equal texts once.
    const ownInstruments = instruments
    const ownInputs = inputs
    return () => {
      ${bursts === undefined ? calls('0', `${callCount}`) : inBursts(bursts.callCount)}
      return ownInstruments
    }`
  return new Function('instruments', 'inputs', 'before', text)(instruments, inputs, bursts?.before)
}

/** The same loop after its call site has seen objects of many classes. What it calls from then on is `instruments` only,
 *  but V8 neither knows that nor inlines: it finds the method anew for each call, and makes an object of each number
 *  that is no small integer, to hand it over. */
export function compileMegamorphicLoop(loop: CallLoop): () => unknown {
  const instruments = [...loop.instruments]
  const run = compileCallLoop({ ...loop, instruments })
  for (const stranger of createStrangers(loop.method)) {
    instruments.fill(stranger)
    run()
  }
  instruments.splice(0, instruments.length, ...loop.instruments)
  return run
}

/** `count` instruments in no order, each at least once when there are as many. */
export function shuffled<T>(items: readonly T[], count: number, nextUniform: () => number): T[] {
  const order = Array.from({ length: count }, (_, index) => items[index % items.length]!)
  for (let index = count - 1; index > 0; index -= 1) {
    const other = Math.floor(nextUniform() * (index + 1))
    ;[order[index], order[other]] = [order[other]!, order[index]!]
  }
  return order
}

/** Objects of as many shapes, each with a method of its own by that name. */
function createStrangers(method: string): Instrument[] {
  return Array.from({ length: STRANGER_COUNT }, (_, index) => {
    const kept = { [`kept${index}`]: 0 }
    return Object.assign(kept, {
      [method](value: number) {
        kept[`kept${index}`] = value
      },
    })
  })
}

function checkPowerOfTwo(length: number): void {
  if (length === 0 || (length & (length - 1)) !== 0) throw new RangeError(`${length} is no power of two`)
}
