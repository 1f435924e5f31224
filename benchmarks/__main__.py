"""The benchmarks: `python -m benchmarks [name ...]`; without names all of them, one after the other.

Each figure is one line: name, value, mark, `holds` or `short`. The exit code is 1 when one falls short.
"""

import sys

from benchmarks import engine
from benchmarks.report import Report

MEASURES = {"engine": engine.measure}


def main(names: list[str]) -> int:
    """Run the named benchmarks; 0 when every mark held."""
    strange = set(names) - set(MEASURES)
    if strange:
        print(f"There is no benchmark called {', '.join(sorted(strange))}; there are {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    report = Report()
    for name in names or MEASURES:
        MEASURES[name](report)
    return 0 if report.held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
