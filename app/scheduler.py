"""The clock process: asks the questions of `app.jobs` again and again. It keeps nothing in memory that matters.

Several clocks may run; whatever one takes, the database keeps from the others.
"""

import functools
import logging
import signal
from collections.abc import Callable
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

from app import jobs
from app.wiring import Wiring

log = logging.getLogger(__name__)

THREADS = 4
MINUTE, HOUR = 60.0, 3600.0


def rounds(wiring: Wiring) -> list[tuple[Callable[[Wiring], int], float]]:
    """What is asked, and how many seconds lie between."""
    settings = wiring.settings
    return [
        (jobs.fire_due_timers, settings.timer_seconds),
        (jobs.perform_outbox, settings.outbox_seconds),
        (jobs.deliver_early, settings.notice_seconds),
        (jobs.tell_holders, settings.notice_seconds),
        (jobs.work, settings.job_seconds),
        (jobs.fold_figures, MINUTE),
        (jobs.sweep, HOUR),
    ]


def run(wiring: Wiring) -> None:
    """This will keep the clock going until it is told to stop; a round that has begun is finished first."""
    scheduler = BlockingScheduler(
        executors={"default": ThreadPoolExecutor(THREADS)}, job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        timezone="UTC",
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    for job, seconds in rounds(wiring):
        scheduler.add_job(functools.partial(_round, job, wiring), IntervalTrigger(seconds=seconds), id=job.__name__)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.shutdown(wait=False))
    log.info("the clock runs")
    scheduler.start()
    wiring.close()


def _round(job: Callable[[Wiring], int], wiring: Wiring) -> Any:
    """One round; while the database is away the next one tries again."""
    try:
        count = job(wiring)
    except Exception:
        log.exception("%s could not be done", job.__name__)
        return
    if count:
        log.info("%s: %d", job.__name__, count)
