"""What can go wrong in `models`, as one tree; every error carries the data that explains it.

    ModelError
    ├── ModelLoadError          the model cannot be loaded: .model_name, .reason
    │   └── GoldenMismatchError it loads, but does not compute what it should: .cosine, .required
    ├── EncodeError             the model failed on an input: .reason
    ├── TrainingError           a model cannot be trained as asked: .reason
    └── ImageDecodeError        bytes are no picture that we can show a model: .reason, .code
        ├── EmptyImageError         "empty_file"
        ├── UnsupportedImageError   "unsupported_format"
        ├── CorruptImageError       "corrupt"
        ├── ImageTooLargeError      "too_many_pixels": .pixels, .limit
        └── ImageFileTooLargeError  "too_many_bytes": .size_bytes, .limit

Never knows about HTTP or exit codes; `app.error_table` translates.
"""

from typing import ClassVar


class ModelError(Exception):
    """Anything that `models` raises on purpose."""


class ModelLoadError(ModelError):
    """The configured model cannot be loaded."""

    def __init__(self, model_name: str, reason: str) -> None:
        super().__init__(f"cannot load the model {model_name!r}: {reason}")
        self.model_name = model_name
        self.reason = reason


class GoldenMismatchError(ModelLoadError):
    """The loaded model's embedding of a known input is not what it must be."""

    def __init__(self, model_name: str, what: str, cosine: float, required: float) -> None:
        super().__init__(
            model_name,
            f"its embedding of a known {what} has cosine {cosine:.5f} to the expected one, "
            f"{required} is required; try another precision or device, or restore the weights",
        )
        self.cosine = cosine
        self.required = required


class EncodeError(ModelError):
    """The model failed on an input."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the model could not encode the input: {reason}")
        self.reason = reason


class NoCellsError(ModelError):
    """The model's image tower cannot say what is where: .model_name"""

    def __init__(self, model_name: str) -> None:
        super().__init__(
            f"the image tower of {model_name} has no parts that can be compared with words, so "
            "there is no map of where something is"
        )
        self.model_name = model_name


class TrainingError(ModelError):
    """A model cannot be trained as asked; the reason says what to change."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"cannot train: {reason}")
        self.reason = reason


class ImageDecodeError(ModelError):
    """The bytes are no picture that can be decoded."""

    code: ClassVar[str] = "undecodable"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EmptyImageError(ImageDecodeError):
    """There are no bytes at all."""

    code: ClassVar[str] = "empty_file"

    def __init__(self) -> None:
        super().__init__("the file is empty")


class UnsupportedImageError(ImageDecodeError):
    """The bytes are of no picture format that we read."""

    code: ClassVar[str] = "unsupported_format"


class CorruptImageError(ImageDecodeError):
    """The header is a picture's, the rest is broken or cut off."""

    code: ClassVar[str] = "corrupt"


class ImageTooLargeError(ImageDecodeError):
    """The picture has more pixels than the limit; nothing was allocated for it."""

    code: ClassVar[str] = "too_many_pixels"

    def __init__(self, pixels: int, limit: int) -> None:
        super().__init__(f"the picture has {pixels:,} pixels, the limit is {limit:,}")
        self.pixels = pixels
        self.limit = limit


class ImageFileTooLargeError(ImageDecodeError):
    """The file has more bytes than the limit."""

    code: ClassVar[str] = "too_many_bytes"

    def __init__(self, size_bytes: int, limit: int) -> None:
        super().__init__(f"the file has {size_bytes:,} bytes, the limit is {limit:,}")
        self.size_bytes = size_bytes
        self.limit = limit
