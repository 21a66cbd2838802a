/** A program without telemetry: what the others are compared with. */
console.log('done')
