"""The short codes printed on sheets: eleven random letters and one that catches a slip of the pen.

A code cannot be guessed (55 bits), so the row in the table is its proof; no key is needed that could
be lost and would make every printed sheet worthless.
"""

import random
import secrets

from app.crypto import LETTERS

LENGTH = 11
_PRIME = 31
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_code(chance: random.Random | None = None) -> str:
    """A code for a new sheet; with a given source of chance, the same one each time."""
    pick = chance.choice if chance else secrets.choice
    body = "".join(pick(LETTERS) for _ in range(LENGTH))
    return body + _check_letter(body)


def read_code(text: str) -> str | None:
    """A code as the table keeps it, from what a phone sent or a person typed; none when it cannot be one."""
    letters = "".join(char for char in text[:40].upper() if char.isalnum()).translate(_MISREAD)
    body = letters[:LENGTH]
    if len(letters) != LENGTH + 1 or set(letters) - set(LETTERS) or letters[LENGTH] != _check_letter(body):
        return None
    return letters


def _check_letter(body: str) -> str:
    """Weighted by place modulo a prime, so one wrong letter and two swapped ones are noticed."""
    return LETTERS[sum((place + 1) * LETTERS.index(letter) for place, letter in enumerate(body)) % _PRIME]
