"""Photos: refused with a sentence, or kept without position."""

import io

import pytest
from PIL import Image

from app import images
from app.errors import Invalid

GPS = 0x8825
ORIENTATION = 0x0112


def photo(kind: str = "JPEG", size: tuple[int, int] = (1200, 800), **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def with_position(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[2] = (29.0, 1.0, 40.0)
    exif.get_ifd(GPS)[1] = "N"
    return photo(exif=exif)


class TestPrepare:
    def test_drops_the_position(self):
        original = with_position()
        assert Image.open(io.BytesIO(original)).getexif().get_ifd(GPS)

        picture = images.prepare(original)

        assert not Image.open(io.BytesIO(picture.data)).getexif()

    def test_turns_the_photo_upright(self):
        picture = images.prepare(with_position(orientation=6))

        assert (picture.width, picture.height) == (800, 1200)

    def test_accepts_forty_megapixels_and_shrinks_them(self):
        picture = images.prepare(photo(size=(7300, 5500)))

        assert max(picture.width, picture.height) <= images.LONGEST_SIDE
        assert max(Image.open(io.BytesIO(picture.thumbnail)).size) <= images.THUMBNAIL_SIDE

    def test_refuses_what_would_fill_the_memory(self):
        with pytest.raises(images.PictureTooLarge):
            images.prepare(photo("PNG", size=(9000, 6000)))

    @pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
    def test_reads_what_phones_send(self, kind):
        assert images.prepare(photo(kind, size=(64, 48))).media_type == "image/jpeg"

    def test_says_so_where_heic_cannot_be_read(self, monkeypatch):
        monkeypatch.setattr(images, "pillow_heif", None)

        with pytest.raises(images.HeicUnsupported):
            images.prepare(photo("HEIF", size=(64, 48)))

    @pytest.mark.parametrize("data", [b"%PDF-1.7 called photo.jpg", b"MZ\x90\x00", b"", b"<svg onload=alert(1)>"])
    def test_refuses_what_is_no_picture(self, data):
        with pytest.raises(images.NotAPicture):
            images.prepare(data)

    def test_refuses_half_a_photo(self):
        with pytest.raises(images.PictureUnreadable):
            images.prepare(photo()[:300])

    def test_puts_transparent_pictures_on_white(self):
        out = io.BytesIO()
        Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")

        kept = Image.open(io.BytesIO(images.prepare(out.getvalue()).data))

        assert kept.getpixel((4, 4)) == (255, 255, 255)

    def test_every_refusal_is_about_the_answers(self):
        assert all(issubclass(kind, Invalid) for kind in (images.NotAPicture, images.PictureTooLarge))
