import express from 'express'
import express4 from 'express4'
import { expect, test } from 'vitest'
import { expressRoute } from '../../src/instrumentation/express-route.ts'

interface Layer {
  rawPath?: unknown
}

/** The template of the request that reaches a handler of this application. */
function routed(app: express.Express, url: string): string | undefined {
  const request = { method: 'GET', url, headers: {} }
  const response = { setHeader: () => {}, end: () => {} }
  app.set('x-powered-by', false)
  ;(app as unknown as { handle(request: object, response: object, next: () => void): void }).handle(
    request,
    response,
    () => {},
  )
  return expressRoute(request)
}

const ending = (_request: unknown, response: unknown) => (response as { end(): void }).end()

test.each([
  ['5', express],
  ['4', express4 as unknown as typeof express],
])(
  'Express %s: an expression, a list, and a trailing slash are templates as they were written',
  (_, make) => {
    const app = make()
    app.get(/^\/expression\/\d+$/, ending)
    app.get(['/one', '/other/:id'], ending)
    const router = make.Router()
    router.get('/', ending)
    app.use('/mounted/', router)
    expect(routed(app, '/expression/12')).toBe('/^\\/expression\\/\\d+$/')
    expect(routed(app, '/other/12')).toBe('/one,/other/:id')
    expect(routed(app, '/mounted')).toBe('/mounted')
    expect(routed(app, '/mounted/?a=1')).toBe('/mounted')
    expect(routed(app, '/nowhere')).toBeUndefined()
  },
)

test.each([
  ['5', express],
  ['4', express4 as unknown as typeof express],
])('Express %s: letters of another case are no other template', (_, make) => {
  const app = make()
  const router = make.Router()
  router.get('/things', ending)
  app.use('/Api', router)
  const first = routed(app, '/Api/things')
  expect(first).toBe('/Api/things')
  expect(routed(app, '/aPI/THINGS')).toBe(first)
})

test('a router of before 2.3, which keeps no path: parameters are put back where that is clear', () => {
  const app = express()
  const router = express.Router()
  router.get('/lines/:line', ending)
  app.use('/orders/:order', router)
  const { stack } = (app as unknown as { router: { stack: Layer[] } }).router
  for (const layer of stack) delete layer.rawPath
  // The value is a word of the template as well: nothing is said rather than something wrong, and it is not kept.
  expect(routed(app, '/orders/orders/lines/8')).toBeUndefined()
  expect(routed(app, '/orders/a%20b/lines/8')).toBe('/orders/:order/lines/:line')
  expect(routed(app, '/orders/orders/lines/8')).toBe('/orders/:order/lines/:line')
})

test('a router that is mounted in itself is not followed for ever', () => {
  const app = express()
  const router = express.Router()
  router.use('/again', router)
  router.get('/end', ending)
  app.use('/loop', router)
  expect(routed(app, '/loop/again/again/end')).toBe('/loop/again/again/end')
})

test.each([undefined, null, 'text', {}, { path: '/x' }])(
  'a request with %j for its route has no template, or the one of nobody',
  route => {
    expect(expressRoute({ route, app: {}, url: '/x' })).toBeUndefined()
    expect(expressRoute({ route, url: '/x' })).toBeUndefined()
  },
)
