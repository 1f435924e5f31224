"""FEEL, the one language of diagrams, forms and tables (DMN 1.5, chapter 10).

A text is compiled once into guarded closures and evaluated with data, the host's functions and fuel.
"""

from workflows.feel.conversion import from_json, to_json, typed
from workflows.feel.expression import Dialect, Expression, Outcome, compile
from workflows.feel.host import Functions
from workflows.feel.kinds import Kind
from workflows.feel.registry import SIGNATURES
from workflows.feel.values import Function, Range, YearMonthDuration, kind_of, text_of

#: names that helpers hold; no variable may carry them
RESERVED = frozenset(SIGNATURES)

__all__ = [
    "RESERVED",
    "Dialect",
    "Expression",
    "Function",
    "Functions",
    "Kind",
    "Outcome",
    "Range",
    "YearMonthDuration",
    "compile",
    "from_json",
    "kind_of",
    "text_of",
    "to_json",
    "typed",
]
