"""Which data a text reads: the free names and the paths that begin at them."""

from __future__ import annotations

from workflows.feel import tree
from workflows.feel.registry import SIGNATURES

_IMPLIED = frozenset({"item", "partial", "?"})


def paths_read(node: tree.Node) -> frozenset[str]:
    """Return the dotted paths a tree reads from outside; names bound inside it are left out.

    Inside a filter a name may mean a member of the item or a variable; both readings count.
    """
    found: set[str] = set()
    stack: list[tuple[tree.Node, frozenset[str]]] = [(node, frozenset())]
    while stack:
        current, bound = stack.pop()
        path = _path_of(current)
        if path is not None:
            root = path.split(".", 1)[0]
            if root not in bound and root not in _IMPLIED:
                found.add(path)
            continue
        stack.extend(_below(current, bound))
    return frozenset(found)


def _path_of(node: tree.Node) -> str | None:
    steps: list[str] = []
    while isinstance(node, tree.Path):
        steps.insert(0, node.name)
        node = node.source
    return ".".join([node.name, *steps]) if isinstance(node, tree.Name) else None


def _below(node: tree.Node, bound: frozenset[str]) -> list[tuple[tree.Node, frozenset[str]]]:
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and node.function.name in SIGNATURES:
        return [(argument, bound) for argument in node.arguments]
    if isinstance(node, tree.Lambda):
        return [(node.body, bound | set(node.parameters))]
    if isinstance(node, tree.Entries):
        return _entries(node, bound)
    if isinstance(node, (tree.For, tree.Quantified)):
        parts: list[tuple[tree.Node, frozenset[str]]] = []
        for domain in node.domains:
            parts.append((domain.values, bound))
            bound = bound | {domain.name}
        last = node.result if isinstance(node, tree.For) else node.condition
        return [*parts, (last, bound)]
    return [(inner, bound) for inner in tree.inner(node)]


def _entries(node: tree.Entries, bound: frozenset[str]) -> list[tuple[tree.Node, frozenset[str]]]:
    parts = []
    for key, value in node.entries:
        parts.append((value, bound))
        bound = bound | {key}
    return parts
