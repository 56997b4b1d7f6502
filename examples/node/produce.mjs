// Sends labelled face crops to RangeStream.
//
//   node produce.mjs --bootstrap localhost:9092 --identity Ada face1.jpg face2.jpg
//   node produce.mjs --bootstrap localhost:9092 --folder people      (people/Ada/face1.jpg, people/Grace/…)
import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Kafka, Partitioners, logLevel } from 'kafkajs';
import { encoder, fingerprint, fingerprintText, loadSchema } from './wire.mjs';

const FACES_PER_REQUEST = 50;

async function main() {
  const { values: options, positionals: files } = parseArgs({
    allowPositionals: true,
    options: {
      bootstrap: { type: 'string', default: 'localhost:9092' },
      prefix: { type: 'string', default: '' },
      identity: { type: 'string' },
      folder: { type: 'string' },
    },
  });
  const faces = [
    ...files.map((file) => ({ identity: options.identity, file })),
    ...(options.folder ? await inFolders(options.folder) : []),
  ];
  if (faces.length === 0) throw new Error('nothing to send: name files after --identity NAME, or a --folder');
  if (faces.some((face) => !face.identity)) throw new Error('files need an --identity');

  const schema = loadSchema('LabeledFace');
  const encode = encoder(schema);
  // What goes wrong is thrown, too; the client's own log would tell it twice.
  const kafka = new Kafka({ brokers: options.bootstrap.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    // A writer says first how it writes, so that any reader can read it.
    await producer.send({
      topic: `${options.prefix}schemas`,
      messages: [{ key: fingerprintText(fingerprint(schema)), value: JSON.stringify(schema) }],
    });
    for (let from = 0; from < faces.length; from += FACES_PER_REQUEST) {
      const messages = await Promise.all(
        faces.slice(from, from + FACES_PER_REQUEST).map(async ({ identity, file }) => ({
          // The key is the identity: one person's faces stay together and in order.
          key: identity,
          value: encode(labeledFace(identity, basename(file), await readFile(file))),
        })),
      );
      await producer.send({ topic: `${options.prefix}faces`, messages });
    }
    console.log(`sent ${faces.length} faces of ${new Set(faces.map((face) => face.identity)).size} people`);
  } finally {
    await producer.disconnect();
  }
}

/** Fields that are left out take the schema's default; an empty face_id stands for the hash of the image. */
function labeledFace(identity, source, image) {
  return { identity, image, encoding: encodingOf(image, source), source };
}

function encodingOf(image, source) {
  if (image.length > 4 && image[0] === 0xff && image[1] === 0xd8) return 'JPEG';
  if (image.length > 8 && image.readUInt32BE(0) === 0x89504e47) return 'PNG';
  if (image.length > 2 && image.toString('latin1', 0, 2) === 'BM') return 'BMP';
  throw new Error(`${source} is no JPEG, PNG or BMP image`);
}

async function inFolders(root) {
  const faces = [];
  for (const person of await readdir(root, { withFileTypes: true })) {
    if (!person.isDirectory()) continue;
    for (const file of (await readdir(join(root, person.name))).sort()) {
      if (/\.(jpe?g|png|bmp)$/i.test(file)) {
        faces.push({ identity: person.name, file: join(root, person.name, file) });
      }
    }
  }
  return faces;
}

main().catch((error) => {
  console.error(`produce: ${error.message}`);
  process.exitCode = 1;
});
