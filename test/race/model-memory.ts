/** Shared memory as a model: buffers, views and Atomics that hand every access to whoever schedules it. */

/** One access of a thread: by `Atomics` (load, store), or plain (read, write). */
export interface Access {
  readonly kind: 'load' | 'store' | 'read' | 'write'
  readonly location: Location
  /** What a store or write puts there, as the memory holds it. */
  readonly value?: unknown
}

/** Bytes that are always accessed together. */
export interface Location {
  readonly index: number
  readonly buffer: number
  readonly byte: number
  readonly bytes: number
}

export const isAtomic = ({ kind }: Access): boolean => kind === 'load' || kind === 'store'
export const isWriting = ({ kind }: Access): boolean => kind === 'store' || kind === 'write'

interface View {
  readonly buffer: ModelBuffer
  readonly firstByte: number
  readonly length: number
  readonly element: Element
}

interface Element {
  readonly bytes: number
  /** The value as such an element holds it. */
  readonly coerce: (value: unknown) => unknown
}

class ModelBuffer {
  readonly id: number
  readonly byteLength: number
  constructor(id: number, byteLength: number) {
    this.id = id
    this.byteLength = byteLength
  }
}

type TypedArrayConstructor = new (...args: never[]) => object

/** A view of a modelled buffer where one is given; the real thing, private to its thread, otherwise. */
const viewsOf = (native: TypedArrayConstructor, make: (buffer: ModelBuffer, args: unknown[]) => object) =>
  new Proxy(native, {
    construct: (target, args, newTarget) =>
      args[0] instanceof ModelBuffer ? make(args[0], args) : Reflect.construct(target, args, newTarget),
  })

export class ModelMemory {
  /** Performs an access, and returns what a load or read finds. */
  perform: (access: Access) => unknown = () => {
    throw new Error('nobody schedules this memory')
  }
  readonly #locations = new Map<number, Location>()
  readonly #views = new WeakMap<object, View>()
  #bufferCount = 0

  /** What the production code finds in place of the real globals. Any other method of Atomics is missing on purpose. */
  readonly globals: Readonly<Record<string, unknown>> = {
    SharedArrayBuffer: this.#bufferType(),
    Int32Array: this.#wordsType(Int32Array, { bytes: 4, coerce: value => Number(value) | 0 }),
    Uint32Array: this.#wordsType(Uint32Array, { bytes: 4, coerce: value => Number(value) >>> 0 }),
    Float64Array: this.#wordsType(Float64Array, { bytes: 8, coerce: Number }),
    Uint8Array: viewsOf(Uint8Array, (buffer, [, byte, length]) => this.#text(buffer, byte, length)),
    Atomics: {
      load: (words: object, index: number) => this.#atomic('load', words, index),
      store: (words: object, index: number, value: unknown) => this.#atomic('store', words, index, value),
      // Nobody sleeps in the model: waking changes no memory.
      notify: () => 0,
    },
  }

  /** The bytes of a buffer, by its number: always the same object. */
  locationOf(buffer: number, byte: number, bytes: number): Location {
    const key = buffer * 2 ** 24 + byte
    const known = this.#locations.get(key)
    if (known !== undefined) {
      if (known.bytes !== bytes) throw new Error(`byte ${byte} is accessed in two sizes`)
      return known
    }
    const location = { index: this.#locations.size, buffer, byte, bytes }
    this.#locations.set(key, location)
    return location
  }

  /** @throws when accesses of different bytes overlap: then they are not the independent locations they count as */
  checkDisjoint(): void {
    const sorted = [...this.#locations.values()].sort((a, b) => a.buffer - b.buffer || a.byte - b.byte)
    for (const [index, { buffer, byte, bytes }] of sorted.entries()) {
      const next = sorted[index + 1]
      if (next?.buffer === buffer && next.byte < byte + bytes) {
        throw new Error(`bytes ${byte} and ${next.byte} overlap`)
      }
    }
  }

  /** Begins a run: buffers are numbered in the order in which they are made, so that runs agree on their names. */
  restart(): void {
    this.#bufferCount = 0
  }

  #bufferType(): unknown {
    const next = () => this.#bufferCount++
    return class extends ModelBuffer {
      constructor(byteLength: number) {
        super(next(), byteLength)
      }
    }
  }

  #wordsType(native: TypedArrayConstructor, element: Element): unknown {
    return viewsOf(native, (buffer, [, firstByte = 0, length]) => {
      const first = Number(firstByte)
      const count = length === undefined ? Math.floor((buffer.byteLength - first) / element.bytes) : length
      return this.#words({ buffer, firstByte: first, length: Number(count), element })
    })
  }

  #words(view: View): object {
    const { buffer, length, element } = view
    const named: Record<string, unknown> = { buffer, length, byteLength: length * element.bytes }
    const words = new Proxy(named, {
      get: (target, key) => {
        const index = typeof key === 'symbol' ? Number.NaN : Number(key)
        if (Number.isNaN(index)) return Reflect.get(target, key)
        return index < length ? this.perform({ kind: 'read', location: this.#at(view, index) }) : undefined
      },
      set: (_, key, value) => {
        const index = Number(key)
        if (Number.isNaN(index)) throw new Error(`a view has no ${String(key)} to set`)
        const location = this.#at(view, index)
        this.perform({ kind: 'write', location, value: element.coerce(value) })
        return true
      },
    })
    this.#views.set(words, view)
    return words
  }

  /** A run of bytes that is copied as a whole: one access. What is free of races looks the same in any grain. Making
   *  such a view counts as reading it, so that the bytes can be handed out as they are. */
  #text(buffer: ModelBuffer, firstByte: unknown, length: unknown): object {
    const location = this.locationOf(buffer.id, Number(firstByte), Number(length))
    const bytes = Uint8Array.from(this.perform({ kind: 'read', location }) as Uint8Array)
    const set = (value: Uint8Array) => void this.perform({ kind: 'write', location, value: value.slice() })
    return Object.defineProperty(bytes, 'set', { value: set })
  }

  #atomic(kind: 'load' | 'store', words: object, index: number, value?: unknown): unknown {
    const view = this.#views.get(words)
    if (view === undefined) throw new Error('Atomics on memory that is not shared')
    const location = this.#at(view, index)
    if (kind === 'load') return this.perform({ kind, location })
    this.perform({ kind, location, value: view.element.coerce(value) })
    return value
  }

  #at({ buffer, firstByte, length, element }: View, index: number): Location {
    if (!(index >= 0 && index < length)) throw new Error(`index ${index} is beyond a view of ${length}`)
    return this.locationOf(buffer.id, firstByte + index * element.bytes, element.bytes)
  }
}
