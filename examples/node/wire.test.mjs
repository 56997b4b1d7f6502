import assert from 'node:assert/strict';
import { test } from 'node:test';
import avro from 'avsc';
import {
  chunkDefect,
  chunkIndex,
  decode,
  encoder,
  fileName,
  fingerprint,
  fingerprintOf,
  fingerprintText,
  loadSchema,
  requireChunks,
} from './wire.mjs';

const UPDATE = { model: 'faces', version: 7, artifact: { chunks: 2 } };

test('fingerprints are those of the Avro specification', () => {
  // Values that Avro's own libraries give.
  assert.equal(fingerprintText(fingerprint('null')), '63dd24e7cc258f8a');
  assert.equal(fingerprintText(fingerprint('boolean')), '9f42fc78a4d4f764');
  assert.equal(fingerprintText(fingerprint('int')), '7275d51a3f395c8f');
});

test('a fingerprint depends on names and types only', () => {
  const plain = { type: 'record', name: 'a.b.Pair', fields: [{ name: 'x', type: 'int' }] };
  const told = {
    type: 'record',
    namespace: 'a.b',
    name: 'Pair',
    doc: 'two of a kind',
    fields: [{ name: 'x', doc: 'the one', type: { type: 'int' }, default: 1 }],
  };
  assert.equal(fingerprint(plain), fingerprint(told));
  assert.notEqual(fingerprint(plain), fingerprint({ ...told, name: 'Other' }));
});

test('a face goes through its bytes unchanged', () => {
  const schema = loadSchema('LabeledFace');
  const bytes = encoder(schema)({ identity: 'Ada', image: Buffer.from([1, 2, 3]), encoding: 'PNG' });

  assert.equal(bytes.readUInt16BE(0), 0xc301);
  assert.equal(fingerprintOf(bytes), fingerprintText(fingerprint(schema)));
  const face = decode(avro.Type.forSchema(schema), bytes);
  assert.equal(face.identity, 'Ada');
  assert.equal(face.encoding, 'PNG');
  assert.deepEqual([...face.image], [1, 2, 3]);
  assert.equal(face.face_id, '');
});

test('a name that leads elsewhere is refused', () => {
  assert.equal(fileName({ model: 'face_v1.b', version: 7 }), 'face_v1.b-7.onnx');
  for (const model of ['', '..', '../faces', 'a/b', 'a\\b', '.hidden', 'a\n', 'a'.repeat(101)]) {
    assert.throws(() => fileName({ model, version: 7 }), undefined, model);
  }
});

test('the key tells which chunk it is', () => {
  assert.equal(chunkIndex(Buffer.from('faces/7/1'), UPDATE), 1);
  for (const other of ['faces/7/2', 'faces/6/1', 'faces/7/-1', 'faces/7/01', 'faces/7/', 'x/faces/7/1']) {
    assert.equal(chunkIndex(Buffer.from(other), UPDATE), undefined, other);
  }
  assert.equal(chunkIndex(null, UPDATE), undefined);
});

test('an update that cannot be is refused before anything is read', () => {
  requireChunks(UPDATE);
  assert.throws(() => requireChunks({ artifact: { chunks: 0 } }), /in a store/);
  assert.throws(() => requireChunks({ artifact: { chunks: 2 ** 31 - 1 } }), /the update names 2147483647 chunks/);
});

test('a chunk has to be the one of its key', () => {
  const chunk = { model: 'faces', version: 7, index: 1, count: 2, sha256: 'right' };
  assert.equal(chunkDefect(chunk, 1, 'right', UPDATE), undefined);
  assert.equal(chunkDefect({ ...chunk, model: 'others' }, 1, 'right', UPDATE), 'is of another key');
  assert.equal(chunkDefect({ ...chunk, version: 6 }, 1, 'right', UPDATE), 'is of another key');
  assert.equal(chunkDefect(chunk, 0, 'right', UPDATE), 'is of another key');
  assert.equal(chunkDefect({ ...chunk, count: 3 }, 1, 'right', UPDATE), 'says there are 3 chunks');
  assert.equal(chunkDefect(chunk, 1, 'wrong', UPDATE), 'does not have the SHA-256 it names');
});
