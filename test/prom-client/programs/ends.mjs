// A program that does nothing for its end: no close, no exit.
import { Counter, collectDefaultMetrics, register } from 'offloop/prom-client'

collectDefaultMetrics()
new Counter({ name: 'hits', help: 'Hits' }).inc()
console.log((await register.metrics()).includes('\nhits 1\n'))
