import { expect, test } from 'vitest'
import { closestName } from '../../../src/shared/statistics/closest-name.ts'

const NAMES = ['http_request', 'http_requests_total', 'heap_used', 'port']

test.each([
  ['http_reqest', 'http_request'],
  ['HTTP_Request', 'http_request'],
  ['heapused', 'heap_used'],
  ['prot', 'port'],
])('a slip of the fingers is understood: %s', (wanted, name) => {
  expect(closestName(wanted, NAMES)).toBe(name)
})

test.each(['', 'cpu', 'something_else'])('a stranger is not taken for an acquaintance: %j', wanted => {
  expect(closestName(wanted, NAMES)).toBeUndefined()
})
