"""Compares this machine's embeddings with those of the learner's engine: python compare.py FOLDER, as bench/onnx-parity left it."""

import json
import pathlib
import sys

import numpy as np

from embedder import Embedder

ALLOWED = 1e-5


def difference(onnx):
    network = json.loads(onnx.with_suffix(".json").read_text())
    shape = (-1, 3, network["input_height"], network["input_width"])
    crops = np.frombuffer(onnx.with_suffix(".crops").read_bytes(), np.uint8).reshape(shape)
    learners = np.frombuffer(onnx.with_suffix(".embeddings").read_bytes(), "<f4").reshape(len(crops), -1)
    embedder = Embedder(onnx.read_bytes(), network)
    ours = np.concatenate([embedder.embed_crops(crops[at:at + 10]) for at in range(0, len(crops), 10)])
    return np.abs(ours - learners).max()


def main():
    same = True
    for onnx in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
        largest = difference(onnx)
        print(f"{onnx.stem}: largest difference {largest:.2e}")
        same &= bool(largest <= ALLOWED)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
