/** Express 4 beside Express 5, for which there are types: what tests use is the same. */
declare module 'express4' {
  export { default } from 'express'
}
