/** An application with metrics of its own beside those that are measured without it. */
import { getTelemetry } from 'offloop/register'
import { tellAddress } from './reporting.mjs'

getTelemetry()?.counter('orders').add(5)
tellAddress({ port: 1 })
