"""Fakes of edges, never of our own rooms: a clock set by hand, storage in memory."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.storage import AttachmentGone, name_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


class HandClock:
    """A clock that only moves when told to."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        """Move forward by a span as `timedelta` takes it."""
        self.now += timedelta(**span)
        return self.now

    def set(self, year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
        """Stand at a time of day in Shanghai."""
        self.now = datetime(year, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
        return self.now


class MemoryStorage:
    """Attachments in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        self.kept[name_of(data)] = data
        return name_of(data)

    def get(self, name: str) -> bytes:
        try:
            return self.kept[name]
        except KeyError:
            raise AttachmentGone(name=name)

    def erase(self, name: str) -> None:
        self.kept.pop(name, None)

    def names(self) -> Iterator[tuple[str, datetime]]:
        for name in list(self.kept):
            yield name, datetime.now(UTC)
