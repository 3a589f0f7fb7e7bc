// The conformance cases of a Dapr state store, driven through a component's socket by the gRPC client of Node. Left out are query,
// delete-with-prefix and keys-like, which the protocol or our component does not offer; and where the suite wants a bulk call to
// succeed in part, the protocol has no way to say which item failed: here such a call changes nothing.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';

const usage = `Usage: node conformance.mjs SOCKET [INSTANCE]

Drives the state store behind a unix socket through Dapr's conformance cases and prints one line for each. The exit code is 0
when all passed, 1 when one failed, 2 for bad usage. INSTANCE is the component instance that is spoken to (conformance).

Environment: THERMOCLINE_DAPR_NODE names the folder whose node_modules to use; without it, npm ci in this folder first.`;

const here = dirname(fileURLToPath(import.meta.url));
const [socket, instance = 'conformance', ...rest] = process.argv.slice(2);
if (socket === '--help' || socket === '-h') {
  console.log(usage);
  process.exit(0);
}
if (!socket || rest.length > 0) {
  console.error(usage);
  process.exit(2);
}

const load = createRequire(join(process.env.THERMOCLINE_DAPR_NODE || here, 'package.json'));
const grpc = load('@grpc/grpc-js');
const loader = load('@grpc/proto-loader');
const protobuf = load('protobufjs');
const definitions = join(here, '../../sidecar/Protocol');

const options = { includeDirs: [definitions], keepCase: true, longs: Number, enums: String, defaults: false };
const components = grpc.loadPackageDefinition(
  loader.loadSync('dapr/proto/components/v1/state.proto', options)).dapr.proto.components.v1;
const rpc = new protobuf.Root();
rpc.resolvePath = (_, target) => join(definitions, target);
rpc.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto']);

const address = `unix:${socket}`;
const store = new components.StateStore(address, grpc.credentials.createInsecure());
const transactions = new components.TransactionalStateStore(address, grpc.credentials.createInsecure());
const run = randomUUID();
const callSeconds = 20;

function call(client, method, request, seconds = callSeconds) {
  const metadata = new grpc.Metadata();
  metadata.set('x-component-instance', instance);
  return new Promise((resolve, reject) => client[method](
    request, metadata, { deadline: Date.now() + seconds * 1000 }, (error, answer) => error ? reject(error) : resolve(answer)));
}

const key = (name) => `${run}||${name}`;
const bytes = (text) => Buffer.from(text, 'utf8');
const get = (name) => call(store, 'Get', { key: key(name) });
const set = (name, value, more = {}) => call(store, 'Set', { key: key(name), value: bytes(value), ...more });
const remove = (name, more = {}) => call(store, 'Delete', { key: key(name), ...more });
const bulkSet = (items) => call(store, 'BulkSet', { items: items.map((item) => ({ ...item, key: key(item.key), value: bytes(item.value) })) });
const bulkDelete = (items) => call(store, 'BulkDelete', { items: items.map((item) => ({ ...item, key: key(item.key) })) });
const transact = (operations) => call(transactions, 'Transact', { operations });
const upsertOf = (name, value) => ({ set: { key: key(name), value: bytes(value) } });
const deletionOf = (name) => ({ delete: { key: key(name) } });
const firstWrite = { options: { concurrency: 'CONCURRENCY_FIRST_WRITE' } };
const ttl = (seconds) => ({ metadata: { ttlInSeconds: String(seconds) } });
const text = (answer) => Buffer.from(answer.data ?? '').toString('utf8');

async function bulkGet(names) {
  const answer = await call(store, 'BulkGet', { items: names.map((name) => ({ key: key(name) })) });
  return new Map((answer.items ?? []).map((item) => [item.key.slice(run.length + 2), item]));
}

async function assertAbsent(name) {
  const answer = await get(name);
  assert.equal(text(answer), '', `${name} is still there`);
  assert.ok(!answer.etag, `${name} has an etag`);
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'the call succeeded' });
}

// The one detail that daprd looks for, and nothing beside it.
function assertEtagError(error, ...codes) {
  assert.ok(codes.includes(error.code), `status ${error.code} (${error.details})`);
  const [packed] = error.metadata.get('grpc-status-details-bin');
  assert.ok(packed, 'there are no status details');
  const status = rpc.lookupType('google.rpc.Status').decode(packed);
  assert.equal(status.code, error.code);
  assert.equal(status.details.length, 1);
  assert.equal(status.details[0].type_url ?? status.details[0].typeUrl, 'type.googleapis.com/google.rpc.BadRequest');
  const request = rpc.lookupType('google.rpc.BadRequest').decode(status.details[0].value);
  const violations = request.fieldViolations ?? request.field_violations;
  assert.equal(violations.length, 1);
  assert.equal(violations[0].field, 'etag');
}

const mismatch = grpc.status.FAILED_PRECONDITION;
const malformed = grpc.status.INVALID_ARGUMENT;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const values = [
  ['an integer', '42'],
  ['a boolean', 'true'],
  ['bytes', '\u0001\u0002\u0003'],
  ['a JSON string', '"hello"'],
  ['a plain string', 'hello, world'],
  ['an object', '{"str":"str","int":42}', 'application/json'],
  ['a protobuf message', '\u0008\u0096\u0001'],
];

const cases = [
  ['init answers, twice', async () => {
    const metadata = { properties: { conformance: 'true' } };
    await call(store, 'Init', { metadata });
    await call(store, 'Init', { metadata });
  }],
  ['features are those of the protocol', async () => {
    const { features } = await call(store, 'Features', {});
    for (const feature of ['ETAG', 'TRANSACTIONAL', 'TTL']) assert.ok(features.includes(feature), `${feature} is missing`);
    for (const feature of ['QUERY_API', 'DELETE_WITH_PREFIX', 'KEYS_LIKE']) assert.ok(!features.includes(feature), `${feature} is promised`);
  }],
  ['ping', () => call(store, 'Ping', {})],
  ...values.map(([name, value, type]) => [`set and get: ${name}`, async () => {
    await set(name, value, type ? { content_type: type } : {});
    const answer = await get(name);
    assert.equal(text(answer), value);
    assert.ok(answer.etag?.value, 'there is no etag');
    if (type) assert.equal(answer.content_type, type);
  }]),
  ['set and get: an empty string', async () => {
    await set('empty', '');
    assert.equal(text(await get('empty')), '');
  }],
  ['set overwrites', async () => {
    await set('overwrite', 'one');
    await set('overwrite', 'two');
    assert.equal(text(await get('overwrite')), 'two');
  }],
  ['get of what never was', () => assertAbsent('never')],
  ['delete', async () => {
    await set('delete', 'value');
    await remove('delete');
    await assertAbsent('delete');
  }],
  ['delete of what never was', async () => {
    await remove('never-either');
    await assertAbsent('never-either');
  }],
  ['bulk set, bulk get and bulk delete', async () => {
    const names = ['bulk-1', 'bulk-2', 'bulk-3'];
    await bulkSet(names.map((name) => ({ key: name, value: `value of ${name}` })));
    const found = await bulkGet([...names, 'bulk-missing']);
    for (const name of names) {
      assert.equal(text(found.get(name)), `value of ${name}`);
      assert.ok(found.get(name).etag?.value, `${name} has no etag`);
    }
    const missing = found.get('bulk-missing');
    assert.ok(missing, 'the missing key is not in the answer');
    assert.equal(text(missing), '');
    assert.ok(!missing.etag && !missing.error, 'the missing key has an etag or an error');
    await bulkDelete(names.map((name) => ({ key: name })));
    for (const name of names) await assertAbsent(name);
  }],
  ['transaction: upserts and deletes', async () => {
    await set('tx-old', 'old');
    await transact([upsertOf('tx-1', '"json"'), upsertOf('tx-2', 'not json'), deletionOf('tx-old'), deletionOf('tx-never')]);
    assert.equal(text(await get('tx-1')), '"json"');
    assert.equal(text(await get('tx-2')), 'not json');
    await assertAbsent('tx-old');
  }],
  ['transaction: operations on one key apply in order', async () => {
    await set('tx-order', 'before');
    await transact([deletionOf('tx-order'), upsertOf('tx-order', 'one'), deletionOf('tx-order'), upsertOf('tx-order', 'two')]);
    assert.equal(text(await get('tx-order')), 'two');
    await transact([upsertOf('tx-order', 'three'), deletionOf('tx-order')]);
    await assertAbsent('tx-order');
  }],
  ['transaction: one stale etag and nothing is done', async () => {
    await set('tx-all', 'before');
    const stale = (await get('tx-all')).etag;
    await set('tx-all', 'after');
    await failure(transact([upsertOf('tx-none', 'value'), { set: { key: key('tx-all'), value: bytes('x'), etag: stale } }]));
    await assertAbsent('tx-none');
    assert.equal(text(await get('tx-all')), 'after');
  }],
  ['etag: the right one succeeds and changes', async () => {
    await set('etag', 'one');
    const { etag } = await get('etag');
    assert.equal((await bulkGet(['etag'])).get('etag').etag.value, etag.value);
    await set('etag', 'two', { etag });
    const next = await get('etag');
    assert.equal(text(next), 'two');
    assert.notEqual(next.etag.value, etag.value);
    await remove('etag', { etag: next.etag });
    await assertAbsent('etag');
  }],
  ['etag: a stale one is a mismatch', async () => {
    await set('etag-stale', 'one');
    const { etag } = await get('etag-stale');
    await set('etag-stale', 'two');
    assertEtagError(await failure(set('etag-stale', 'three', { etag })), mismatch);
    assertEtagError(await failure(remove('etag-stale', { etag })), mismatch);
    assert.equal(text(await get('etag-stale')), 'two');
  }],
  ['etag: one of an absent key is a mismatch', async () => {
    await set('etag-gone', 'one');
    const { etag } = await get('etag-gone');
    await remove('etag-gone');
    assertEtagError(await failure(set('etag-gone', 'two', { etag })), mismatch);
    await assertAbsent('etag-gone');
  }],
  ['etag: what never was one is refused', async () => {
    await set('etag-bad', 'one');
    assertEtagError(await failure(set('etag-bad', 'two', { etag: { value: 'bad-etag' } })), mismatch, malformed);
    assertEtagError(await failure(remove('etag-bad', { etag: { value: 'bad-etag' } })), mismatch, malformed);
    assert.equal(text(await get('etag-bad')), 'one');
  }],
  ['etag: one bad in a bulk set and nothing is written', async () => {
    await bulkSet([{ key: 'etag-b1', value: 'one' }, { key: 'etag-b2', value: 'one' }]);
    const found = await bulkGet(['etag-b1', 'etag-b2']);
    await set('etag-b2', 'two');
    assertEtagError(await failure(bulkSet([
      { key: 'etag-b1', value: 'three', etag: found.get('etag-b1').etag },
      { key: 'etag-b2', value: 'three', etag: found.get('etag-b2').etag },
      { key: 'etag-b3', value: 'three' },
    ])), mismatch);
    assert.equal(text(await get('etag-b1')), 'one');
    assert.equal(text(await get('etag-b2')), 'two');
    await assertAbsent('etag-b3');
  }],
  ['etag: one bad in a bulk delete and nothing is deleted', async () => {
    await bulkSet([{ key: 'etag-d1', value: 'one' }, { key: 'etag-d2', value: 'one' }]);
    const found = await bulkGet(['etag-d1', 'etag-d2']);
    await set('etag-d2', 'two');
    const error = await failure(bulkDelete([
      { key: 'etag-d1', etag: found.get('etag-d1').etag }, { key: 'etag-d2', etag: found.get('etag-d2').etag }]));
    assert.ok([mismatch, grpc.status.INTERNAL].includes(error.code), `status ${error.code}`);
    assert.equal(text(await get('etag-d1')), 'one');
    assert.equal(text(await get('etag-d2')), 'two');
  }],
  ['first write: without an etag the second fails', async () => {
    await set('first-none', 'one', firstWrite);
    assertEtagError(await failure(set('first-none', 'two', firstWrite)), mismatch);
    assert.equal(text(await get('first-none')), 'one');
  }],
  ['first write: with an empty etag the second fails', async () => {
    const empty = { ...firstWrite, etag: { value: '' } };
    await set('first-empty', 'one', empty);
    assertEtagError(await failure(set('first-empty', 'two', empty)), mismatch);
    assert.equal(text(await get('first-empty')), 'one');
  }],
  ['first write: with a stale etag the second fails', async () => {
    await set('first-stale', 'one', firstWrite);
    const { etag } = await get('first-stale');
    await set('first-stale', 'two', { ...firstWrite, etag });
    assertEtagError(await failure(set('first-stale', 'three', { ...firstWrite, etag })), mismatch);
    assert.equal(text(await get('first-stale')), 'two');
  }],
  ['last write: an empty etag is none', async () => {
    await set('last', 'one');
    await set('last', 'two', { etag: { value: '' } });
    assert.equal(text(await get('last')), 'two');
  }],
  ['ttl: outside its range, or no number, is refused', async () => {
    for (const bad of ['zero', '1.5', '-2', '2147483648']) {
      await failure(set('ttl-bad', 'value', ttl(bad)));
      await assertAbsent('ttl-bad');
    }
    await set('ttl-max', 'value', ttl(2147483647));
    assert.equal(text(await get('ttl-max')), 'value');
  }],
  ['ttl: says when it ends, in get and bulk get', async () => {
    const before = Date.now();
    await set('ttl-when', 'value', ttl(1000));
    for (const answer of [await get('ttl-when'), (await bulkGet(['ttl-when'])).get('ttl-when')]) {
      assert.match(answer.metadata?.ttlExpireTime ?? '', rfc3339);
      const seconds = (Date.parse(answer.metadata.ttlExpireTime) - before) / 1000;
      assert.ok(seconds > 990 && seconds < 1010, `it ends in ${seconds} s`);
    }
  }],
  ['ttl: -1 and leaving it out both remove it', async () => {
    for (const [name, more] of [['ttl-minus', ttl(-1)], ['ttl-out', {}]]) {
      await set(name, 'one', ttl(1000));
      await set(name, 'two', more);
      const answer = await get(name);
      assert.equal(text(answer), 'two');
      assert.ok(!answer.metadata?.ttlExpireTime, 'it still has an end');
    }
  }],
  ['ttl: gone after two seconds, by the third', async () => {
    const began = Date.now();
    await set('ttl-gone', 'value', ttl(2));
    await bulkSet([{ key: 'ttl-gone-bulk', value: 'value', ...ttl(2) }]);
    await transact([{ set: { key: key('ttl-gone-tx'), value: bytes('value'), ...ttl(2) } }]);
    assert.equal(text(await get('ttl-gone')), 'value');
    while (text(await get('ttl-gone')) !== '' || text(await get('ttl-gone-tx')) !== '' || text(await get('ttl-gone-bulk')) !== '') {
      assert.ok(Date.now() - began < 3500, 'it is still there');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(Date.now() - began > 1900, 'it was gone too early');
    await assertAbsent('ttl-gone');
  }],
];

let failed = 0;
for (const [name, body] of cases) {
  try {
    await body();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}: ${String(error.message ?? error).split('\n')[0]}`);
  }
}
console.log(`${cases.length - failed} passed, ${failed} failed`);
store.close();
transactions.close();
process.exitCode = failed === 0 ? 0 : 1;
