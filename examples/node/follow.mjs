// Follows the versions of a model and writes each newly promoted one to MODEL-VERSION.onnx, once its bytes are verified.
//
//   node follow.mjs --bootstrap localhost:9092 --to models [--once]
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import avro from 'avsc';
import { Kafka, logLevel } from 'kafkajs';
import { chunkDefect, chunkIndex, decode, fileName, fingerprintOf, requireChunks } from './wire.mjs';

const FETCH_TIMEOUT_MS = 30_000;
const QUIET_MS = 1_000;

const { values: options } = parseArgs({
  options: {
    bootstrap: { type: 'string', default: 'localhost:9092' },
    prefix: { type: 'string', default: '' },
    to: { type: 'string', default: '.' },
    once: { type: 'boolean', default: false },
  },
});
// What goes wrong is thrown, too; the client's own log would tell it twice.
const kafka = new Kafka({ brokers: options.bootstrap.split(','), logLevel: logLevel.NOTHING });
const consumers = new Set();
const types = new Map(); // fingerprint -> avsc type
const waitingForType = new Map(); // fingerprint -> callbacks
const updates = new Map(); // model/version -> its latest update
let quiet;
let served;
let loading = Promise.resolve();

async function main() {
  await mkdir(options.to, { recursive: true });
  await read('schemas', (message) => {
    const fingerprint = message.key?.toString();
    if (!fingerprint || !message.value) return;
    types.set(fingerprint, avro.Type.forSchema(JSON.parse(message.value)));
    (waitingForType.get(fingerprint) ?? []).forEach((done) => done());
    waitingForType.delete(fingerprint);
  });
  await read('model-updates', async (message) => {
    const key = message.key?.toString() ?? '';
    if (key.endsWith('/heartbeat')) return; // See docs/protocol.md for what it is good for where keys are trusted.
    const update = message.value && (await record(message.value));
    if (update && key !== `${update.model}/${update.version}`) throw new Error('the key is not the version in the record');
    updates.delete(key); // and to the end: the last entry of the map is the newest update
    if (update) {
      updates.set(key, update);
      const auc = update.evaluation.auc;
      console.log(`${key} ${update.status}${auc === null ? '' : ` AUC ${auc.toFixed(3)}`} ${update.reason}`.trimEnd());
    }
    // The topic begins with versions long superseded: what counts is what is promoted once it is quiet.
    clearTimeout(quiet);
    quiet = setTimeout(() => (loading = loading.then(load)), QUIET_MS);
  });
}

/** Calls back with every committed record from the beginning; a group of our own, never committed, leaves nothing behind. */
async function read(topic, onMessage, offset) {
  const consumer = kafka.consumer({ groupId: `follow-${randomUUID()}`, allowAutoTopicCreation: false });
  consumers.add(consumer);
  consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || fail(payload.error));
  await consumer.connect();
  await consumer.subscribe({ topic: options.prefix + topic, fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage: ({ message }) => attempt(topic, message, onMessage) });
  if (offset !== undefined) consumer.seek({ topic: options.prefix + topic, partition: 0, offset: String(offset) });
  return consumer;
}

/** A record that is not what it should be is skipped: one bad record must not end the service of good ones. */
async function attempt(topic, message, onMessage) {
  try {
    await onMessage(message);
  } catch (error) {
    console.error(`${topic} ${message.key} at offset ${message.offset} is skipped: ${error.message}`);
  }
}

/** Decodes with the schema that the record was written with, waiting until the schemas topic has told it. */
async function record(bytes) {
  const fingerprint = fingerprintOf(bytes);
  if (!types.has(fingerprint)) {
    await new Promise((done, failed) => {
      waitingForType.set(fingerprint, [...(waitingForType.get(fingerprint) ?? []), done]);
      setTimeout(() => failed(new Error(`unknown schema ${fingerprint}`)), FETCH_TIMEOUT_MS).unref();
    });
  }
  return decode(types.get(fingerprint), bytes);
}

async function load() {
  const promoted = [...updates.values()].filter((update) => update.status === 'PROMOTED').at(-1);
  if (!promoted || promoted.artifact.sha256 === served) return;
  try {
    const file = join(options.to, fileName(promoted));
    await writeFile(`${file}.part`, await artifact(promoted));
    await rename(`${file}.part`, file);
    served = promoted.artifact.sha256;
    console.log(`wrote ${file}: ${promoted.artifact.bytes} bytes, verified`);
    if (options.once) await stop();
  } catch (error) {
    console.error(`version ${promoted.version} is refused: ${error.message}`);
    if (options.once) await fail(error);
  }
}

/** The chunks of a version, verified and joined. The offset is a hint: half-way to the timeout we start over from 0. */
async function artifact(update) {
  const { chunks, bytes, sha256, first_chunk_offset: hint } = update.artifact;
  requireChunks(update);
  const pieces = new Array(chunks);
  let consumer;
  const timers = [];
  try {
    const complete = new Promise((done, failed) => {
      const take = async (message) => {
        const index = chunkIndex(message.key, update);
        if (index === undefined) return;
        if (!message.value) {
          delete pieces[index];
          return;
        }
        const chunk = await record(message.value);
        const defect = chunkDefect(chunk, index, sha256Of([chunk.bytes]), update);
        if (defect) throw new Error(`it ${defect}`);
        pieces[index] = chunk.bytes;
        if (Object.keys(pieces).length === chunks && sha256Of(pieces) === sha256) done();
      };
      const rewind = () => consumer?.seek({ topic: `${options.prefix}model-weights`, partition: 0, offset: '0' });
      timers.push(setTimeout(rewind, FETCH_TIMEOUT_MS / 2));
      timers.push(setTimeout(() => failed(new Error(problem(pieces))), FETCH_TIMEOUT_MS));
      read('model-weights', take, Math.max(0, hint)).then((running) => (consumer = running), failed);
    });
    await complete;
  } finally {
    timers.forEach(clearTimeout);
    if (consumer) {
      consumers.delete(consumer);
      await consumer.disconnect();
    }
  }
  const whole = Buffer.concat(pieces);
  if (whole.length !== bytes) throw new Error(`${whole.length} bytes instead of ${bytes}`);
  return whole;
}

function problem(pieces) {
  const missing = [...pieces.keys()].filter((index) => !pieces[index]).map((index) => index + 1);
  return missing.length === 0 ? 'the hash differs' : `chunk ${missing.join(', ')} of ${pieces.length} is missing`;
}

function sha256Of(pieces) {
  const hash = createHash('sha256');
  pieces.forEach((piece) => hash.update(piece));
  return hash.digest('hex');
}

async function stop() {
  clearTimeout(quiet);
  await Promise.all([...consumers].map((consumer) => consumer.disconnect()));
}

async function fail(error) {
  console.error(`follow: ${error.message}`);
  process.exitCode = 1;
  await stop();
}

process.once('SIGINT', stop);
process.once('SIGTERM', stop);
main().catch(fail);
