/** SLOs ready for use: figures that proved themselves, as definitions to take as they are or to copy from. */
import type { SLODefinition } from './definition.ts'

/** What makes a program feel immediate. Expects the latencies `input_to_echo`, `input_to_render` and `startup_time`,
 *  the gauge `frame_rate` in hz and the gauge `memory_used` in bytes. */
const interactive: readonly SLODefinition[] = [
  {
    metric: 'input_to_echo',
    objective: 'p(50)<30ms',
    description: 'Half of all key presses echo within 30 ms',
  },
  {
    metric: 'input_to_echo',
    objective: 'p(95)<60ms',
    description: '95 of 100 key presses echo within 60 ms',
  },
  {
    metric: 'input_to_render',
    objective: 'p(50)<60ms',
    description: 'Half of all inputs are on screen within 60 ms',
  },
  {
    metric: 'input_to_render',
    objective: 'p(95)<150ms',
    description: '95 of 100 inputs are on screen within 150 ms',
  },
  { metric: 'frame_rate', objective: 'value>=60', description: 'At least 60 frames per second' },
  { metric: 'memory_used', objective: 'value<500MB', description: 'Less than 500 MB of memory in use' },
  { metric: 'startup_time', objective: 'max<2s', description: 'Start-up takes less than 2 seconds' },
]

export const sloPresets: { readonly interactive: readonly SLODefinition[] } = { interactive }
