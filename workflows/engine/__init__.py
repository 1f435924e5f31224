"""Runs definitions: a state and an event in, a `Progress` out.

The diagram is read by the library (`workflows/symbols.py`); its tokens move here.
"""

from workflows.engine.verbs import Engine, Instance

__all__ = ["Engine", "Instance"]
