"""Embeds faces with a version's ONNX file."""

import numpy as np
import onnxruntime

from pictures import PREPROCESSING, planes


class Embedder:
    def __init__(self, onnx, network):
        if network.get("preprocessing", 1) > PREPROCESSING:
            raise ValueError(f"trained with preprocessing {network['preprocessing']} of pictures, not {PREPROCESSING}")
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
        with open(path, "rb") as file:
            crop = np.frombuffer(planes(file.read(), size), np.uint8)
        return self.embed_crops(crop.reshape(1, 3, size[1], size[0]))[0]
