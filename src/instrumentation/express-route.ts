/** The template of the route that Express chose: `/users/:id`, with the paths its routers are mounted at. Read from what
 *  Express leaves on the request and from its routers' layers; nothing of it is replaced. Pure. */

/** As far as it is read. Express 4 and 5, and what builds on their router. */
interface ExpressRequest {
  readonly route?: ExpressRoute
  readonly originalUrl?: string
  readonly url?: string
  readonly app?: ExpressApplication
}

interface ExpressRoute {
  readonly path?: unknown
}

interface ExpressApplication {
  readonly router?: ExpressRouter
  readonly _router?: ExpressRouter
  readonly mountpath?: string | readonly string[]
  readonly parent?: ExpressApplication
}

interface ExpressRouter {
  readonly stack?: readonly ExpressLayer[]
}

interface ExpressLayer {
  readonly route?: ExpressRoute
  readonly handle?: ExpressRouter
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
  readonly keys?: readonly { readonly name: string | number }[]
  /** Express 5. */
  readonly slash?: boolean
  readonly rawPath?: unknown
  readonly matchers?: readonly ((path: string) => { path: string; params: Record<string, string> } | false)[]
}

/** Routers within routers, at most: who mounts one in itself is not followed for ever. */
const DEPTH_MAX = 20
const LAYERS_MAX = 20_000

/** Templates by their route, which is one object for as long as the application lives. */
const templates: WeakMap<ExpressRoute, string> = new WeakMap()

/** @returns undefined where no route was chosen, or where it is not known what its routers are mounted at: never the path
 *  that was asked for */
export function expressRoute(given: object): string | undefined {
  const request = given as ExpressRequest
  const { route } = request
  if (typeof route !== 'object' || route === null) return undefined
  const known = templates.get(route)
  if (known !== undefined) return known
  const { app } = request
  if (app === undefined) return undefined
  const search = new RouteSearch(route)
  search.look(stackOf(app), '', pathOf(request, app), 0)
  const { template, places } = search
  if (template === undefined) return undefined
  const full = mountPathOf(app) + template || '/'
  // Mounted in more than one place, it has as many templates.
  if (places === 1) templates.set(route, full)
  return full
}

/** Looks for a route among the layers of routers, and keeps the way there. */
class RouteSearch {
  readonly #route: ExpressRoute
  #layersLeft = LAYERS_MAX
  /** Of the first place that the path leads to. */
  template: string | undefined
  /** In how many places the route is. */
  places = 0

  constructor(route: ExpressRoute) {
    this.#route = route
  }

  /** @param prefix template so far; undefined where the path does not lead to
   *  @param path what of the path is left */
  look(stack: readonly ExpressLayer[], prefix: string | undefined, path: string, depth: number): void {
    if (depth > DEPTH_MAX) return
    for (const layer of stack) {
      if (this.#layersLeft-- <= 0) return
      if (layer.route === this.#route) {
        this.places++
        if (prefix !== undefined) this.template ??= prefix + routeText(layer.route.path)
      } else if (layer.route === undefined && Array.isArray(layer.handle?.stack)) {
        const mount = prefix === undefined ? undefined : mountOf(layer, path)
        this.look(
          layer.handle.stack,
          mount === undefined ? undefined : prefix + mount.template,
          mount === undefined ? '' : path.slice(mount.length) || '/',
          depth + 1,
        )
      }
    }
  }
}

/** What a router's layer is mounted at, and how much of the path that takes; undefined when it does not match. */
function mountOf(layer: ExpressLayer, path: string): { template: string; length: number } | undefined {
  if (layer.slash === true || layer.regexp?.fast_slash === true) return { template: '', length: 0 }
  return layer.regexp === undefined ? mountOf5(layer, path) : mountOf4(layer, path)
}

/** Express 4 keeps the expression alone: parameters are where its groups are. */
function mountOf4({ regexp, keys = [] }: ExpressLayer, path: string): ReturnType<typeof mountOf> {
  const match = new RegExp(regexp!.source, `${regexp!.flags}d`).exec(path)
  if (match === null) return undefined
  let template = ''
  let end = 0
  keys.forEach(({ name }, index) => {
    const [from, to] = match.indices?.[index + 1] ?? []
    if (from === undefined || to === undefined || from < end) return
    template += `${match[0].slice(end, from)}:${name}`
    end = to
  })
  return { template: withoutSlash(template + match[0].slice(end)), length: withoutSlash(match[0]).length }
}

/** Express 5 keeps the path as it was written, since router 2.3, and functions that match it. */
function mountOf5({ matchers = [], rawPath }: ExpressLayer, path: string): ReturnType<typeof mountOf> {
  for (const [index, matcher] of matchers.entries()) {
    const match = matcher(path)
    if (match === false) continue
    const written = Array.isArray(rawPath) ? rawPath[index] : rawPath
    const template = written === undefined ? withParameters(match) : routeText(written)
    if (template === undefined) return undefined
    return { template, length: withoutSlash(match.path).length }
  }
  return undefined
}

/** A matched path with the names of its parameters in place of their values. Undefined where that is not clear: a value
 *  that stands in the path twice may be a word of the template once. */
function withParameters(match: { path: string; params: Record<string, string> }): string | undefined {
  const words = match.path.split('/')
  for (const [name, value] of Object.entries(match.params)) {
    const places = words.flatMap((word, index) => (decoded(word) === value ? [index] : []))
    if (places.length !== 1) return undefined
    words[places[0]!] = `:${name}`
  }
  return withoutSlash(words.join('/'))
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word)
  } catch {
    return word
  }
}

/** Where an application is mounted in others, as it was written. */
function mountPathOf(app: ExpressApplication, depth = 0): string {
  if (app.parent === undefined || depth > DEPTH_MAX) return ''
  const { mountpath } = app
  const own = Array.isArray(mountpath) ? mountpath[0] : mountpath
  return mountPathOf(app.parent, depth + 1) + withoutSlash(pathText(own ?? ''))
}

/** What of the path an application sees: without what it is mounted at. Mounted at parameters it is not known. */
function pathOf(request: ExpressRequest, app: ExpressApplication): string {
  const url = request.originalUrl ?? request.url ?? '/'
  const path = url.split('?', 1)[0]!
  return path.slice(mountPathOf(app).length) || '/'
}

function stackOf(app: ExpressApplication): readonly ExpressLayer[] {
  // In Express 4 `router` is a getter that throws.
  return (app._router ?? app.router)?.stack ?? []
}

function pathText(path: unknown): string {
  return Array.isArray(path) ? path.map(String).join(',') : String(path)
}

/** The slash at the end of an expression is its own. */
function routeText(path: unknown): string {
  return typeof path === 'string' ? withoutSlash(path) : pathText(path)
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}
