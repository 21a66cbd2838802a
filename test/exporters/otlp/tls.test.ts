/** Receivers with certificates of their own: the environment names the files, as for OpenTelemetry's exporters. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { start } from '../../../src/exporters/otlp/main.ts'
import { hostForTest } from '../../support/extension-host.ts'

const OPENSSL = 'openssl'
const VARIABLE = 'OTEL_EXPORTER_OTLP_CERTIFICATE'

const hasOpenssl = (() => {
  try {
    execFileSync(OPENSSL, ['version'])
    return true
  } catch {
    process.stderr.write('skipped: openssl is not installed\n')
    return false
  }
})()

function certificate(): { folder: string; key: Buffer; cert: Buffer; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'offloop-tls-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [key, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    file,
    ...subject,
  ]
  execFileSync(OPENSSL, args, { stdio: 'ignore' })
  return { folder, key: readFileSync(key), cert: readFileSync(file), file }
}

test.skipIf(!hasOpenssl)('is trusted by the certificate that is named, and by no other', async () => {
  const { key, cert, file, folder } = certificate()
  let requestCount = 0
  const server = createServer({ key, cert }, (request, response) => {
    requestCount += 1
    request.resume().on('end', () => response.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    delete process.env[VARIABLE]
    server.closeAllConnections()
    server.close()
  })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`
  const push = async () => {
    const { host, registry } = hostForTest()
    registry.register({ kind: 'counter', name: 'hits' })
    registry.record('hits', 1)
    const extension = await start(host, { url, intervalMs: 3_600_000, timeoutMs: 700 })
    onTestFinished(() => extension.close())
    await extension.push!()
  }
  await expect(push()).rejects.toMatchObject({
    code: 'OFFLOOP_PUSH',
    message: expect.stringMatching(/self.signed/),
  })
  process.env[VARIABLE] = join(folder, 'not-there.pem')
  await expect(push()).rejects.toMatchObject({ message: expect.stringMatching(/not-there\.pem/) })
  expect(requestCount).toBe(0)
  process.env[VARIABLE] = file
  await push()
  expect(requestCount).toBe(1)
})
