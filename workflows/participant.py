"""Who completes a work item: a person, a role in an organ, a mandate, a visitor or a system.

Values only. Which account stands behind a role is the application's business.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "role", "mandate", "visitor", "system"]


@dataclass(frozen=True, slots=True)
class Participant:
    """One participant of a work item; which fields are set follows from ``kind``."""

    #: ``person``, ``role``, ``mandate``, ``visitor`` or ``system``
    kind: Kind
    #: role word, for kind ``role``
    role: str | None = None
    #: id of the organ whose queue it is, for kind ``role``
    organ: int | None = None
    #: id of a party of the case, for kind ``visitor``
    party: int | None = None
    #: account id (kind ``person``) or mandate id (kind ``mandate``)
    person: int | None = None

    @classmethod
    def in_role(cls, role: str, organ: int | None) -> "Participant":
        """Whoever holds ``role`` in ``organ``."""
        return cls("role", role=role, organ=organ)

    @classmethod
    def visitor(cls, party: int | None) -> "Participant":
        """The party of the case who has no account."""
        return cls("visitor", party=party)

    @classmethod
    def system(cls) -> "Participant":
        """A system; which one is told by the item's operation."""
        return cls("system")
