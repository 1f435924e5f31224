"""Numbers: rounding, roots, remainders."""

from __future__ import annotations

import decimal
from decimal import Decimal

from workflows.feel.registry import builtin
from workflows.feel.values import NUMBERS, Meter

_FURTHEST_SCALE = 6000


def _rounded(value: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """Round to so many places; null for a scale that is no whole number or too far."""
    if scale != scale.to_integral_value() or abs(scale) > _FURTHEST_SCALE:
        return None
    places = int(scale)
    if -places > value.adjusted() + 1 and rounding in (decimal.ROUND_HALF_EVEN, decimal.ROUND_HALF_UP, decimal.ROUND_HALF_DOWN):
        return Decimal(0)
    if places >= -value.as_tuple().exponent:  # type: ignore[operator]  # finite numbers have a whole exponent
        return value
    wide = decimal.Context(prec=_FURTHEST_SCALE + 200, Emin=-20000, Emax=20000)
    return NUMBERS.plus(value.quantize(Decimal(1).scaleb(-places, context=wide), rounding=rounding, context=wide))


@builtin("decimal(n: number, scale: number)")
def _decimal(meter: Meter, n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, scale: number?)")
def _floor(meter: Meter, n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    return _rounded(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale: number?)")
def _ceiling(meter: Meter, n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    return _rounded(n, scale, decimal.ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def _round_up(meter: Meter, n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, decimal.ROUND_UP)


@builtin("round down(n: number, scale: number)")
def _round_down(meter: Meter, n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def _round_half_up(meter: Meter, n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def _round_half_down(meter: Meter, n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("modulo(dividend: number, divisor: number)")
def _modulo(meter: Meter, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    if not divisor:
        return None
    wide = decimal.Context(prec=_FURTHEST_SCALE * 2 + 600, Emin=-20000, Emax=20000)
    rest = wide.remainder(dividend, divisor)
    if rest and (rest < 0) is not (divisor < 0):
        rest = wide.add(rest, divisor)
    return NUMBERS.plus(rest)


@builtin("sqrt(number: number)")
def _sqrt(meter: Meter, number: Decimal) -> Decimal | None:
    return None if number < 0 else NUMBERS.sqrt(number)


@builtin("log(number: number)")
def _log(meter: Meter, number: Decimal) -> Decimal | None:
    return None if number <= 0 else NUMBERS.ln(number)


@builtin("exp(number: number)")
def _exp(meter: Meter, number: Decimal) -> Decimal:
    return NUMBERS.exp(number)


@builtin("odd(number: number)")
def _odd(meter: Meter, number: Decimal) -> bool | None:
    return None if number != number.to_integral_value() else _modulo(meter, number, Decimal(2)) == 1


@builtin("even(number: number)")
def _even(meter: Meter, number: Decimal) -> bool | None:
    return None if number != number.to_integral_value() else not _modulo(meter, number, Decimal(2))
