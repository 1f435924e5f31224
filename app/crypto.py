"""Secrets: sealing contact fields, tokens for links, tracking codes. Passwords belong to identity.

A sealed value carries the number of its key, so keys can be changed later without touching old rows.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_NUMBER = 1
NONCE_LENGTH = 12
#: Five bits a letter; I, L, O and U are left out because they are mistaken for others.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
_PRIME = 31


class SealBroken(Exception):
    """A sealed value was altered, moved to another row, or sealed with another key."""


class Vault:
    """Seals and opens what only the right eyes may read."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(_derive(secret, b"fields"))
        self._index = _derive(secret, b"index")

    def seal(self, text: str, *, about: str) -> bytes:
        """Encrypt a text so that it opens only beside the same `about` (table, column and owner)."""
        nonce = secrets.token_bytes(NONCE_LENGTH)
        return bytes([KEY_NUMBER]) + nonce + self._cipher.encrypt(nonce, text.encode(), about.encode())

    def open(self, sealed: bytes, *, about: str) -> str:
        """Decrypt what was sealed.

        Raises SealBroken.
        """
        sealed = bytes(sealed)
        if sealed[:1] != bytes([KEY_NUMBER]):
            raise SealBroken(about)
        nonce, body = sealed[1 : 1 + NONCE_LENGTH], sealed[1 + NONCE_LENGTH :]
        try:
            return self._cipher.decrypt(nonce, body, about.encode()).decode()
        except InvalidTag:
            raise SealBroken(about)

    def trace(self, text: str) -> bytes:
        """A keyed hash by which equal values (a phone number) are found again without being readable."""
        return hmac.new(self._index, text.encode(), hashlib.sha256).digest()


def new_token() -> str:
    """A secret for a link that is used once: 192 bits, safe in an address."""
    return secrets.token_urlsafe(24)


def digest(secret: str) -> bytes:
    """What is kept of a token or tracking code. They are long and random, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()


def same(one: bytes, other: bytes) -> bool:
    """Compare without telling by the time taken where the first difference lies."""
    return hmac.compare_digest(bytes(one), bytes(other))


def new_tracking_code() -> str:
    """A tracking code: sixteen random letters (80 bits) and a check letter, in groups of four."""
    body = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    return spaced(body + _check_letter(body))


def read_tracking_code(text: str) -> str | None:
    """What a person typed as the code is kept; None when it cannot be one (mistyped, too short)."""
    letters = "".join(one for one in text.upper() if one.isalnum()).translate(_MISREAD)
    body, check = letters[:CODE_LENGTH], letters[CODE_LENGTH:]
    if len(letters) != CODE_LENGTH + 1 or set(letters) - set(LETTERS) or check != _check_letter(body):
        return None
    return spaced(letters)


def spaced(letters: str) -> str:
    """Groups of four, as printed on a receipt."""
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def mask_phone(phone: str) -> str:
    """A phone number as screens show it: the first three and the last two digits."""
    return phone if len(phone) < 7 else phone[:3] + "*" * (len(phone) - 5) + phone[-2:]


def mask_name(name: str) -> str:
    """A name as screens show it: the first character, the rest as stars."""
    return name[:1] + "*" * (len(name) - 1)


def _check_letter(body: str) -> str:
    """Weighted by place modulo a prime, so one wrong letter and two swapped ones are noticed."""
    total = sum((place + 1) * LETTERS.index(letter) for place, letter in enumerate(body))
    return LETTERS[total % _PRIME]


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"luzhi", info=purpose).derive(secret.encode())


def url_safe(data: bytes) -> str:
    """Bytes as letters safe in an address or a header."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
