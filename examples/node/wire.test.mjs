import assert from 'node:assert/strict';
import { test } from 'node:test';
import avro from 'avsc';
import { decode, encoder, fingerprint, fingerprintOf, fingerprintText, loadSchema } from './wire.mjs';

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
