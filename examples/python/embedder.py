"""Embeds faces with a version's ONNX file."""

import numpy as np
import onnxruntime
from PIL import Image


class Embedder:
    def __init__(self, onnx, network):
        self.session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
        self.network = network

    def embed_crops(self, crops):
        """uint8 [n, 3, height, width], RGB -> float32 [n, dim] of length 1."""
        if self.network["colour_order"] == "BGR":
            crops = crops[:, ::-1]
        images = (crops.astype(np.float32) - self.network["input_mean"]) * self.network["input_scale"]
        return self.session.run(["embeddings"], {"images": images.astype(np.float32)})[0]

    def embed_image(self, path):
        size = (self.network["input_width"], self.network["input_height"])
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.BILINEAR))
        return self.embed_crops(pixels.transpose(2, 0, 1)[np.newaxis])[0]
