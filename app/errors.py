"""Anticipated refusals: what is wrong, in words of the domain, without a status number.

A room declares its refusals beside the operation that raises them, as subclasses of one of the
kinds below. The edge turns a refusal into a sentence (looked up by `key` in the catalogues,
the class docstring being the English default) and into a number.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar


class AppError(Exception):
    """This cannot be done."""

    #: Snake case of the class name: the key of the sentence in the catalogues.
    key: ClassVar[str] = "app_error"
    #: A command that keeps what is worth knowing about the refusal (an incident); it runs after the roll-back.
    aftermath: Callable[[Any], Any] | None = None
    _by_key: ClassVar[dict[str, type["AppError"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.key = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).lower()
        AppError._by_key[cls.key] = cls

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.sentence())
        self.facts: Mapping[str, Any] = facts

    @classmethod
    def sentence(cls) -> str:
        """The English default sentence: the first paragraph of the docstring."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())

    @classmethod
    def named(cls, key: str) -> type["AppError"]:
        """The refusal with this key; an unknown key (of another release) gives a plain conflict."""
        return AppError._by_key.get(key, Conflict)

    def __reduce__(self) -> tuple[Any, ...]:
        return _revive, (type(self), dict(self.facts))


def _revive(kind: type[AppError], facts: dict[str, Any]) -> AppError:
    return kind(**facts)


class NotFound(AppError):
    """There is no such thing, or it is not for you to know."""


class Forbidden(AppError):
    """You may not do this."""


class Conflict(AppError):
    """The matter has moved on in the meantime."""


class Invalid(AppError):
    """Some of the answers do not fit."""

    def __init__(self, errors: Mapping[str, list[str]] | None = None, **facts: Any) -> None:
        super().__init__(errors={name: list(texts) for name, texts in (errors or {}).items()}, **facts)

    @property
    def errors(self) -> Mapping[str, list[str]]:
        """The messages, per field; a message may be a catalogue key."""
        return self.facts["errors"]


class Unavailable(AppError):
    """Something we depend on does not answer at the moment. Please try again later."""


class Throttled(AppError):
    """Too many attempts. Please wait a few minutes and try again."""


class StaleVersion(Conflict):
    """Somebody else changed this at the same moment."""


class KeyOfAnother(Conflict):
    """This form was already used by somebody else. Please open it again."""


class Busy(Unavailable):
    """The service is very busy at the moment. Nothing was stored; please try again in a few seconds."""
