// Embeds faces with a version's ONNX file.
import ort from 'onnxruntime-node';

/** From bytes to pixels as the learner does it, see docs/protocol.md; who makes the crops has to do the same. */
export const PREPROCESSING = 2;

/** Opens a file, or its bytes; `network` is that of the update. Gives a function from crops to embeddings. */
export async function embedder(onnx, network) {
  if ((network.preprocessing ?? 1) > PREPROCESSING) {
    throw new Error(`trained with preprocessing ${network.preprocessing} of pictures, not ${PREPROCESSING}`);
  }
  const session = await ort.InferenceSession.create(onnx);
  const { input_height: height, input_width: width, input_mean: mean, input_scale: scale } = network;
  const plane = height * width;
  const channels = network.colour_order === 'BGR' ? [2, 1, 0] : [0, 1, 2];

  /** Planar 8-bit RGB, [n, 3, height, width] -> Float32Array [n, dim], each of length 1. */
  return async (crops) => {
    const n = crops.length / (3 * plane);
    const images = new Float32Array(crops.length);
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < 3; c++) {
        const from = (3 * i + channels[c]) * plane;
        const to = (3 * i + c) * plane;
        for (let j = 0; j < plane; j++) images[to + j] = (crops[from + j] - mean) * scale;
      }
    }
    const input = new ort.Tensor('float32', images, [n, 3, height, width]);
    return (await session.run({ images: input }, ['embeddings'])).embeddings.data;
  };
}
