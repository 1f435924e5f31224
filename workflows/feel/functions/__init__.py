"""The built-in functions of FEEL; importing this package declares them all."""

from workflows.feel.functions import (
    contexts,
    conversion,
    lending,
    lists,
    numbers,
    ranges,
    statistics,
    text,
    times,
)

__all__ = ["contexts", "conversion", "lending", "lists", "numbers", "ranges", "statistics", "text", "times"]
