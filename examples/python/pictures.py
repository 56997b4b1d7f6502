"""From the bytes of a picture to a network's pixels, as the learner has them: preprocessing 2 of docs/protocol.md."""

import io

from PIL import Image, ImageOps

PREPROCESSING = 2


def planes(data, size):
    """uint8 [3, height, width] of a JPEG, PNG or BMP; size: (width, height)."""
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "BMP")) as image:
        upright = rgb(ImageOps.exif_transpose(image), has_alpha=image.format == "PNG")
    return b"".join(band.tobytes() for band in upright.resize(size, Image.Resampling.BILINEAR).split())


def rgb(image, has_alpha):
    """8-bit RGB over black, colour profiles ignored."""
    if image.mode.startswith("I"):  # grey of 16 bits, which Pillow would cut off at 255
        return Image.frombytes("L", image.size, bytes((v * 255 + 32767) // 65535 for v in image.getdata())).convert("RGB")
    if has_alpha and (image.mode in ("LA", "RGBA") or "transparency" in image.info):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image)
    return image.convert("RGB")
