// Compares this machine's embeddings with those of the learner's engine: node compare.mjs FOLDER, as bench/onnx-parity left it.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { embedder } from './embedder.mjs';

const ALLOWED = 1e-5;
const PART = 10;

for (const file of (await readdir(process.argv[2])).filter((name) => name.endsWith('.onnx')).sort()) {
  const name = file.slice(0, -'.onnx'.length);
  const read = (suffix) => readFile(join(process.argv[2], name + suffix));
  const network = JSON.parse(await read('.json'));
  const crops = await read('.crops');
  const learners = await read('.embeddings');
  const embed = await embedder(await read('.onnx'), network);
  const part = PART * 3 * network.input_height * network.input_width;
  let largest = 0;
  for (let from = 0, at = 0; from < crops.length; from += part) {
    for (const value of await embed(crops.subarray(from, from + part))) {
      largest = Math.max(largest, Math.abs(value - learners.readFloatLE(4 * at++)));
    }
  }
  console.log(`${name}: largest difference ${largest.toExponential(2)}`);
  if (!(largest <= ALLOWED)) process.exitCode = 1;
}
