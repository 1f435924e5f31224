"""What a benchmark says: one line per figure, and whether every mark held."""

import sys
from collections.abc import Sequence
from statistics import median, quantiles


class Report:
    """Prints `name value mark holds|short` and remembers whether every mark held."""

    def __init__(self) -> None:
        self.held = True

    def line(self, name: str, value: float, mark: str, holds: bool) -> None:
        """One figure with its mark."""
        print(f"{name} {value:.3g} {mark} {'holds' if holds else 'short'}", flush=True)
        self.held = self.held and holds

    def at_most(self, name: str, value: float, mark: float) -> None:
        """A figure that may not be larger."""
        self.line(name, value, f"<={mark:g}", value <= mark)

    def at_least(self, name: str, value: float, mark: float) -> None:
        """A figure that may not be smaller."""
        self.line(name, value, f">={mark:g}", value >= mark)


def aside(text: str) -> None:
    """Something worth knowing beside the figures."""
    print(f"  ({text})", file=sys.stderr, flush=True)


def spread(times: Sequence[float]) -> str:
    """The middle and the slow end of some times in milliseconds."""
    return f"p50 {median(times):.2f} ms, p95 {quantiles(times, n=20)[-1]:.2f} ms, {len(times)} times"
