"""Reading the source tree: which files there are, and what stands in them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXTS = {".py", ".html", ".js", ".mjs", ".css", ".md", ".toml", ".cfg", ".json", ".bpmn", ".dmn", ".sql", ".po", ".txt", ".ini"}
TOP = ("app", "workflows", "migrations", "tests", "bpmn", "web", "docs", "benchmarks")
SKIPPED = {"__pycache__", "node_modules", "dist"}


@dataclass(frozen=True)
class Source:
    """One Python file of ours."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))


@cache
def read(path: Path) -> Source:
    """Read and parse one file."""
    text = path.read_text(encoding="utf-8")
    return Source(path, text, ast.parse(text))


def python(*folders: str) -> list[Source]:
    """The Python files below these folders of the tree."""
    return [read(path) for path in files(*folders) if path.suffix == ".py"]


def files(*folders: str) -> list[Path]:
    """Every file of ours below these folders; without names, every folder and the top level itself."""
    wanted = [path for folder in folders or TOP for path in sorted((ROOT / folder).rglob("*"))]
    if not folders:
        wanted += sorted(ROOT.glob("*"))
    return [path for path in wanted if path.is_file() and path.suffix in TEXTS and not SKIPPED & set(path.parts)]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, however deep."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its name to its end, the docstring left out."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return lines - ((first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0)


def name_of(node: ast.expr) -> str:
    """The dotted name of an expression, as far as it has one."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def rooms() -> list[str]:
    """The packages under app/ that are rooms: everything but furniture, the simulators and data."""
    furniture = {"web", "simulators"}
    found = (path.parent.name for path in (ROOT / "app").glob("*/*.py"))
    return sorted(set(found) - furniture)
