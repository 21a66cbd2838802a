/** A process of its own for one measurement: what was compiled or kept for another cannot weigh on it. */
import { OVERHEAD_BUDGETS } from './overhead/all.ts'

const budget = OVERHEAD_BUDGETS.find(({ name }) => name === process.argv[2])
if (budget === undefined) throw new Error('this file is started by the budgets; run: npm run bench:budgets')

process.stdout.write(JSON.stringify(await budget.measure()))
