/** What a package manager is called. */
console.log(Object.getOwnPropertySymbols(globalThis).includes(Symbol.for('offloop.register.1')))
