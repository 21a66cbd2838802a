/** Ends in the way it is told. It knows nothing of offloop. */
const ways = {
  itself: () => console.log('done'),
  exits: () => process.exit(7),
  throws: () => {
    throw new Error('of the application')
  },
  rejects: () => Promise.reject(new Error('of the application')),
  waits: () => {
    setInterval(() => {}, 1_000)
    console.log('waiting')
  },
  listens: () => {
    process.on('SIGTERM', () => {
      console.log('heard')
      process.exit(3)
    })
    setInterval(() => {}, 1_000)
    console.log('waiting')
  },
}
process.channel?.unref()
await ways[process.argv[2]]()
