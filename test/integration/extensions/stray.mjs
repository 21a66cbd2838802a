/** An extension that lets a rejection fall when it is asked to push. */
export function start() {
  return { push: () => void Promise.reject(new Error('stray')), close: () => {} }
}
