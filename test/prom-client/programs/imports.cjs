// CommonJS, as most programs that use prom-client are written.
const client = require('offloop/prom-client')
const { Counter } = require('offloop/prom-client')

new Counter({ name: 'hits', help: 'Hits' }).inc(2)
client.register.metrics().then(text => console.log(text))
