"""Running cases: read the instance, ask the engine, record the progress. Nothing else moves a case.

Whether somebody may do it is asked above this room; here only the matter itself refuses.
"""

from app.enactment.operations.completing import AlreadyCompleted, complete, fail, return_item
from app.enactment.operations.holding import TakenByOther, claim, offer_to_head, release, remind
from app.enactment.operations.keeping import first_broken, fold_figures, forget_keys, verify_audit
from app.enactment.operations.receiving import ActRefused, NotExpected, act, deliver
from app.enactment.operations.starting import retry_start, start
from app.enactment.operations.steering import (
    fire,
    give_up_timers,
    let_go,
    move,
    reschedule,
    resume,
    solve,
    suspend,
    terminate,
)
from app.enactment.operations.stepping import EngineRefused, NotStarted, note_incident

__all__ = [
    "ActRefused", "AlreadyCompleted", "EngineRefused", "NotExpected", "NotStarted", "TakenByOther", "act", "claim", "complete", "deliver",
    "fail", "fire", "first_broken", "fold_figures", "forget_keys", "give_up_timers", "let_go", "move", "note_incident", "offer_to_head", "release", "remind", "reschedule", "resume",
    "retry_start", "return_item", "solve", "start", "suspend", "terminate", "verify_audit",
]
