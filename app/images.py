"""Photos: what they really are, upright, without the place they were taken at, small enough to keep.

Nothing a person uploads is kept as it came: it is decoded and written anew, which drops position,
serial numbers and whatever hid behind the picture.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from app.errors import Invalid

try:
    import pillow_heif
except ImportError:  # phones' HEIC photos then get a sentence instead
    pillow_heif = None
else:
    pillow_heif.register_heif_opener()

#: We look at the declared size ourselves before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 480
QUALITY = 82
MEGA = 1_000_000
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"%PDF-", "application/pdf"), (b"PK\x03\x04", "application/zip"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class NotAPicture(Invalid):
    """This file is not a photo. Please choose a JPEG, PNG, WebP or HEIC picture."""


class PictureUnreadable(Invalid):
    """This photo is damaged and cannot be opened. Please take it again or choose another."""


class PictureTooLarge(Invalid):
    """This photo has too many pixels. Please choose a smaller one."""


class HeicUnsupported(Invalid):
    """HEIC photos cannot be read here. Please choose the camera's \u201cmost compatible\u201d setting or send a JPEG."""


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept: JPEG, upright, without position."""

    data: bytes
    thumbnail: bytes
    width: int
    height: int
    media_type: str = "image/jpeg"


def sniff(data: bytes) -> str | None:
    """The media type the first bytes say, whatever the file is called; None when unknown."""
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return None


def prepare(data: bytes, *, megapixels: int = 50) -> Picture:
    """This will turn an uploaded file into a photo that may be kept.

    Raises NotAPicture, PictureUnreadable, PictureTooLarge, HeicUnsupported.
    """
    kind = sniff(data)
    if kind not in ("image/jpeg", "image/png", "image/webp", "image/heic"):
        raise NotAPicture(found=kind)
    if kind == "image/heic" and pillow_heif is None:
        raise HeicUnsupported()
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > megapixels * MEGA:
                raise PictureTooLarge(megapixels=round(image.width * image.height / MEGA), most=megapixels)
            return _rewritten(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PictureUnreadable() from error


def _rewritten(image: Image.Image) -> Picture:
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded at a fraction of its size
    upright = ImageOps.exif_transpose(image)
    if upright.mode not in ("RGB", "L"):
        upright = _on_white(upright)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small = upright.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Picture(_jpeg(upright), _jpeg(small), upright.width, upright.height)


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True, exif=b"")
    return out.getvalue()
