// RangeStream's records on the wire: Avro single-object encoding, C3 01 + CRC-64-AVRO fingerprint (little-endian) + body.
// See "Single-object encoding" and "Transforming into Parsing Canonical Form" in the Avro specification.
import { readFileSync } from 'node:fs';
import avro from 'avsc';

const SCHEMAS = new URL('../../schemas/src/main/avro/', import.meta.url);
const HEADER_BYTES = 10;
const MOST_CHUNKS = 1_000_000;
const PRIMITIVES = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const NAMED = new Set(['record', 'enum', 'fixed']);

/** A schema file as one self-contained schema: a type that another file defines is put in where it is first named. */
export function loadSchema(name) {
  const defined = new Set();
  const resolve = (schema) => {
    if (Array.isArray(schema)) return schema.map(resolve);
    if (typeof schema === 'string') {
      return PRIMITIVES.has(schema) || defined.has(schema) ? schema : resolve(read(schema));
    }
    if (NAMED.has(schema.type)) defined.add(schema.name);
    const resolved = { ...schema };
    if (typeof schema.type === 'object') resolved.type = resolve(schema.type);
    if (schema.items) resolved.items = resolve(schema.items);
    if (schema.values) resolved.values = resolve(schema.values);
    if (schema.fields) resolved.fields = schema.fields.map((field) => ({ ...field, type: resolve(field.type) }));
    return resolved;
  };
  return resolve(read(name));
}

/** The fingerprint of a schema, a BigInt of 64 bits. */
export function fingerprint(schema) {
  return crc64(Buffer.from(canonical(schema, '', new Set()), 'utf8'));
}

/** Sixteen hexadecimal digits: the key on the schemas topic. */
export function fingerprintText(value) {
  return value.toString(16).padStart(16, '0');
}

/** Encodes records of one schema. */
export function encoder(schema) {
  const type = avro.Type.forSchema(schema);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(0xc301, 0);
  header.writeBigUInt64LE(fingerprint(schema), 2);
  return (record) => Buffer.concat([header, type.toBuffer(record)]);
}

/** The fingerprint that a record begins with, as text. */
export function fingerprintOf(bytes) {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== 0xc301) {
    throw new Error('not Avro single-object encoding');
  }
  return fingerprintText(bytes.readBigUInt64LE(2));
}

/** MODEL-VERSION.onnx. The name comes from the topic and must not lead out of the folder. */
export function fileName({ model, version }) {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(model)) throw new Error("the model's name is not a file's");
  return `${model}-${version}.onnx`;
}

/** Whoever writes updates must not choose how much memory we take. */
export function requireChunks({ artifact: { chunks } }) {
  if (chunks < 1) throw new Error('its artifact is not on the topic but in a store, which this example does not read');
  if (chunks > MOST_CHUNKS) throw new Error(`the update names ${chunks} chunks`);
}

/** The index that a chunk's key names, undefined where it is not of this version. */
export function chunkIndex(key, { model, version, artifact: { chunks } }) {
  const text = key?.toString() ?? '';
  const index = text.slice(text.lastIndexOf('/') + 1);
  const ours = text === `${model}/${version}/${index}` && /^(0|[1-9]\d{0,8})$/.test(index) && Number(index) < chunks;
  return ours ? Number(index) : undefined;
}

/** What is wrong with a chunk under this index, undefined if nothing is. The hash is that of its bytes. */
export function chunkDefect(chunk, index, hash, { model, version, artifact: { chunks } }) {
  if (chunk.model !== model || chunk.version !== version || chunk.index !== index) return 'is of another key';
  if (chunk.count !== chunks) return `says there are ${chunk.count} chunks`;
  return hash === chunk.sha256 ? undefined : 'does not have the SHA-256 it names';
}

/** Decodes a record with the schema it was written with. */
export function decode(type, bytes) {
  return type.fromBuffer(bytes.subarray(HEADER_BYTES));
}

function read(name) {
  return JSON.parse(readFileSync(new URL(`${name}.avsc`, SCHEMAS), 'utf8'));
}

/** Parsing canonical form: full names, only what decoding needs, in a fixed order and without white space. */
function canonical(schema, namespace, seen) {
  if (Array.isArray(schema)) return `[${schema.map((s) => canonical(s, namespace, seen)).join(',')}]`;
  if (typeof schema === 'string') return JSON.stringify(PRIMITIVES.has(schema) ? schema : full(schema, namespace));
  if (PRIMITIVES.has(schema.type)) return JSON.stringify(schema.type);
  if (schema.type === 'array') return `{"type":"array","items":${canonical(schema.items, namespace, seen)}}`;
  if (schema.type === 'map') return `{"type":"map","values":${canonical(schema.values, namespace, seen)}}`;
  if (!NAMED.has(schema.type)) return canonical(schema.type, namespace, seen);

  const name = full(schema.name, schema.namespace ?? namespace);
  if (seen.has(name)) return JSON.stringify(name);
  seen.add(name);
  const inside = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
  const head = `{"name":${JSON.stringify(name)},"type":"${schema.type}"`;
  if (schema.type === 'enum') return `${head},"symbols":${JSON.stringify(schema.symbols)}}`;
  if (schema.type === 'fixed') return `${head},"size":${schema.size}}`;
  const fields = schema.fields.map(
    (field) => `{"name":${JSON.stringify(field.name)},"type":${canonical(field.type, inside, seen)}}`,
  );
  return `${head},"fields":[${fields.join(',')}]}`;
}

function full(name, namespace) {
  return name.includes('.') || !namespace ? name : `${namespace}.${name}`;
}

/** CRC-64-AVRO: a CRC whose polynomial is also the fingerprint of nothing. */
function crc64(bytes) {
  const EMPTY = 0xc15d213aa4d7a795n;
  let crc = EMPTY;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? EMPTY : 0n);
  }
  return crc;
}
