"""Texts: parts, search, patterns, joining."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflows.feel.pattern import Pattern
from workflows.feel.registry import builtin
from workflows.feel.values import LONGEST_TEXT, Meter


def _bounded(text: str, meter: Meter) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError("text too long")
    meter.spend(len(text) >> 6)
    return text


@builtin("substring(string: string, start position: number, length: number?)")
def _substring(meter: Meter, string: str, start: Decimal, length: Decimal | None = None) -> str | None:
    first = int(start)
    if first == 0 or abs(first) > len(string) or (length is not None and length < 1):
        return None
    first = first - 1 if first > 0 else len(string) + first
    return string[first:] if length is None else string[first : first + int(length)]


@builtin("string length(string: string)")
def _string_length(meter: Meter, string: str) -> Decimal:
    return Decimal(len(string))


@builtin("upper case(string: string)")
def _upper_case(meter: Meter, string: str) -> str:
    return _bounded(string.upper(), meter)


@builtin("lower case(string: string)")
def _lower_case(meter: Meter, string: str) -> str:
    return _bounded(string.lower(), meter)


@builtin("trim(string: string)")
def _trim(meter: Meter, string: str) -> str:
    return string.strip()


@builtin("substring before(string: string, match: string)")
def _substring_before(meter: Meter, string: str, match: str) -> str:
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def _substring_after(meter: Meter, string: str, match: str) -> str:
    return string.partition(match)[2] if match else string


@builtin("contains(string: string, match: string)")
def _contains(meter: Meter, string: str, match: str) -> bool:
    return match in string


@builtin("starts with(string: string, match: string)")
def _starts_with(meter: Meter, string: str, match: str) -> bool:
    return string.startswith(match)


@builtin("ends with(string: string, match: string)")
def _ends_with(meter: Meter, string: str, match: str) -> bool:
    return string.endswith(match)


@builtin("matches(input: string, pattern: string, flags: string|null?)")
def _matches(meter: Meter, input: str, pattern: str, flags: str | None = None) -> bool:
    return Pattern.read(pattern, flags or "").search(input, 0, meter) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags: string|null?)")
def _replace(meter: Meter, input: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    return _bounded(Pattern.read(pattern, flags or "").replace(input, replacement, meter), meter)


@builtin("split(string: string, delimiter: string)")
def _split(meter: Meter, string: str, delimiter: str) -> list[Any]:
    parts = Pattern.read(delimiter, "").split(string, meter)
    meter.spend(len(parts))
    return parts


@builtin("string join(list: list, delimiter: string|null?)")
def _string_join(meter: Meter, items: list[Any], delimiter: str | None = None) -> str | None:
    texts = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in texts):
        return None
    joint = delimiter or ""
    total = sum(len(item) for item in texts) + len(joint) * max(0, len(texts) - 1)
    if total > LONGEST_TEXT:
        raise ValueError("text too long")
    return _bounded(joint.join(texts), meter)


@builtin("string join(list: list, delimiter: string|null, prefix: string|null, suffix: string|null)")
def _string_join_wrapped(
    meter: Meter, items: list[Any], delimiter: str | None, prefix: str | None, suffix: str | None
) -> str | None:
    joined = _string_join(meter, items, delimiter)
    return None if joined is None else _bounded((prefix or "") + joined + (suffix or ""), meter)
