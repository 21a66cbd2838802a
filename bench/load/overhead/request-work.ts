/** What a request does in the overhead's workload: some tens of microseconds of parsing, computing and writing. Pure. */

const ITEM_COUNT = 48
const ORDER = JSON.stringify(
  Array.from({ length: ITEM_COUNT }, (_, id) => ({
    id,
    name: `item ${id}`,
    price: 1.25 * id,
    tags: ['a', 'b'],
  })),
)

interface Item {
  readonly id: number
  readonly name: string
  readonly price: number
}

/** @returns the length of its answer: what depends on all of the work */
export function doRequest(index: number): number {
  const items = JSON.parse(ORDER) as Item[]
  const lines = items
    .filter(({ id }) => (id + index) % 5 !== 0)
    .toSorted((a, b) => b.price - a.price || a.id - b.id)
    .map(({ name, price }) => ({ name, total: Math.round(price * 119) / 100 }))
  return JSON.stringify({ index, lines }).length
}
