"""Commands: one unit of work, one commit, the same answer to the same key."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app.db import FOREVER, WriteWhileReading, has_begun
from app.errors import Busy, Conflict, KeyOfAnother, NotFound, StaleVersion
from app.uow import Actor, Letter, UnitOfWork, store_key

CLERK = Actor(kind="person", id=101, name="Clerk", county=330825)
OTHER = Actor(kind="person", id=102, name="Other", county=330825)
NOTE = sa.text("insert into throttle(name, subject, began, tries) values ('note', :subject, now(), 1)")
COUNT = sa.text("select count(*) from throttle where name = 'note'")


class DoorShut(Conflict):
    """The door is shut."""


def note(uow: UnitOfWork) -> dict:
    uow.db.execute(NOTE, {"subject": uuid4().bytes})
    return {"noted": True}


def notes(wiring) -> int:
    with wiring.read() as reading:
        return reading.db.execute(COUNT).scalar_one()


class TestRun:
    def test_commits_what_the_command_wrote(self, fresh_wiring):
        answer = fresh_wiring.run(note, actor=CLERK)

        assert answer == {"noted": True}
        assert notes(fresh_wiring) == 1

    def test_takes_back_what_a_refused_command_wrote(self, fresh_wiring):
        def command(uow):
            note(uow)
            raise DoorShut()

        with pytest.raises(DoorShut):
            fresh_wiring.run(command, actor=CLERK)

        assert notes(fresh_wiring) == 0

    def test_gives_the_first_answer_to_a_repeated_key(self, fresh_wiring):
        key = uuid4()
        fresh_wiring.run(lambda uow: {**note(uow), "turn": 1}, actor=CLERK, key=key)

        again = fresh_wiring.run(lambda uow: {**note(uow), "turn": 2}, actor=CLERK, key=key)

        assert again == {"noted": True, "turn": 1}
        assert notes(fresh_wiring) == 1

    def test_repeats_a_refusal_even_when_the_door_has_opened(self, fresh_wiring):
        key = uuid4()

        def shut(uow):
            raise DoorShut(door=4)

        with pytest.raises(DoorShut):
            fresh_wiring.run(shut, actor=CLERK, key=key)
        with pytest.raises(DoorShut) as heard:
            fresh_wiring.run(note, actor=CLERK, key=key)

        assert heard.value.facts == {"door": 4}
        assert notes(fresh_wiring) == 0

    def test_gives_the_first_answer_where_the_repeat_would_be_refused(self, fresh_wiring):
        key = uuid4()
        fresh_wiring.run(note, actor=CLERK, key=key)

        def gone(uow):
            raise NotFound()

        assert fresh_wiring.run(gone, actor=CLERK, key=key) == {"noted": True}

    def test_keeps_what_is_worth_knowing_about_a_refusal(self, fresh_wiring):
        def command(uow):
            note(uow)
            refusal = DoorShut()
            refusal.aftermath = note
            raise refusal

        with pytest.raises(DoorShut):
            fresh_wiring.run(command, actor=CLERK)

        assert notes(fresh_wiring) == 1

    def test_keeps_a_key_from_somebody_else(self, fresh_wiring):
        key = uuid4()
        fresh_wiring.run(note, actor=CLERK, key=key)

        with pytest.raises(KeyOfAnother):
            fresh_wiring.run(note, actor=OTHER, key=key)

    def test_calls_the_whole_command_again_when_the_version_moved(self, fresh_wiring):
        turns = []

        def command(uow):
            note(uow)
            turns.append(1)
            if len(turns) < 3:
                raise StaleVersion()
            return len(turns)

        assert fresh_wiring.run(command, actor=CLERK) == 3
        assert notes(fresh_wiring) == 1

    def test_gives_up_after_five_tries(self, fresh_wiring):
        turns = []

        def command(uow):
            turns.append(1)
            raise StaleVersion()

        with pytest.raises(StaleVersion):
            fresh_wiring.run(command, actor=CLERK)

        assert len(turns) == 5

    def test_calls_again_on_a_clash_the_database_reports(self, fresh_wiring):
        turns = []

        def command(uow):
            turns.append(1)
            if len(turns) == 1:
                uow.db.exec_driver_sql("do $$ begin raise exception 'stale' using errcode = '40001'; end $$")
            return note(uow)

        fresh_wiring.run(command, actor=CLERK)

        assert len(turns) == 2

    def test_repeats_a_command_whose_connection_was_cut_if_it_has_a_key(self, fresh_wiring):
        turns = []

        def command(uow):
            turns.append(1)
            note(uow)
            if len(turns) == 1:
                uow.db.execute(sa.text("select pg_terminate_backend(pg_backend_pid())"))
            return len(turns)

        assert fresh_wiring.run(command, actor=CLERK, key=uuid4()) == 2
        assert notes(fresh_wiring) == 1

    def test_asks_to_come_again_when_the_connection_was_cut_and_there_is_no_key(self, fresh_wiring):
        with pytest.raises(Busy):
            fresh_wiring.run(
                lambda uow: uow.db.execute(sa.text("select pg_terminate_backend(pg_backend_pid())")), actor=CLERK)

        assert fresh_wiring.run(note, actor=CLERK) == {"noted": True}

    def test_asks_to_come_again_when_a_statement_takes_too_long(self, fresh_wiring):
        with pytest.raises(Busy):
            fresh_wiring.run(
                lambda uow: uow.db.exec_driver_sql("set local statement_timeout = '20ms'; select pg_sleep(5)"), actor=CLERK)

    def test_does_not_hide_an_error_of_the_code(self, fresh_wiring):
        with pytest.raises(sa.exc.ProgrammingError):
            fresh_wiring.run(lambda uow: uow.db.execute(sa.text("select nonsense")), actor=CLERK)

    def test_uses_the_time_it_is_given(self, fresh_wiring, clock):
        later = clock() + timedelta(days=3)

        assert fresh_wiring.run(lambda uow: uow.now.isoformat(), actor=CLERK, now=later) == later.isoformat()


class TestUnitOfWork:
    def test_reads_without_a_transaction_and_begins_before_the_first_write(self, fresh_wiring):
        def command(uow):
            uow.db.execute(COUNT)
            before = has_begun(uow.db)
            note(uow)
            return [before, has_begun(uow.db)]

        assert fresh_wiring.run(command, actor=CLERK) == [False, True]

    def test_puts_the_last_write_off_with_key_answer_and_letters(self, fresh_wiring):
        key, seen = uuid4(), []

        def command(uow):
            def write(db, *, key, answer, letters):
                seen.append((has_begun(db), key, answer, list(letters)))
                store_key(db, key, uow.county, uow.actor, answer)

            uow.finish_with(write)
            uow.outbox("notice", 330825, None, {"a": 1})
            return {"done": True}

        fresh_wiring.run(command, actor=CLERK, key=key)

        assert seen == [(False, key, {"done": True}, [Letter("notice", 330825, None, {"a": 1})])]
        assert fresh_wiring.run(command, actor=CLERK, key=key) == {"done": True}

    def test_writes_early_when_somebody_looks(self, fresh_wiring):
        def command(uow):
            uow.finish_with(lambda db, **rest: db.execute(NOTE, {"subject": b"x"}))
            return uow.db.execute(COUNT).scalar_one()

        assert fresh_wiring.run(command, actor=CLERK, key=uuid4()) == 1

    def test_has_one_time_read_from_the_database(self, fresh_wiring):
        fresh_wiring.run(
            lambda uow: uow.db.execute(sa.text("insert into clock_offset values (1, interval '3 days')")) and None,
            actor=CLERK,
        )

        with fresh_wiring.connect() as db:
            uow = fresh_wiring.unit(db, CLERK)
            first, second = uow.now, uow.now
            true_time = db.execute(sa.text("select clock_timestamp()")).scalar_one()

        assert first == second
        assert timedelta(days=2, hours=23) < first - true_time <= timedelta(days=3)


class TestRead:
    def test_refuses_to_write(self, wiring):
        with wiring.read() as reading, pytest.raises(WriteWhileReading):
            reading.db.execute(NOTE, {"subject": b"x"})

    def test_knows_times_without_end(self, wiring):
        with wiring.read() as reading:
            due = reading.db.execute(sa.text("select timestamptz 'infinity', :due = 'infinity'::timestamptz"), {"due": FOREVER}).one()

        assert due == (FOREVER, True)


class TestHeldConnection:
    def test_forgets_everything_at_the_end_first(self, uow, wiring):
        assert notes(wiring) == 0
        note(uow)
        assert notes(wiring) == 1

    def test_forgets_everything_at_the_end_second(self, uow, wiring):
        assert notes(wiring) == 0
        note(uow)
        assert notes(wiring) == 1

    def test_keeps_earlier_rows_when_a_command_is_refused(self, uow, wiring):
        note(uow)

        def command(inner):
            note(inner)
            raise DoorShut()

        with pytest.raises(DoorShut):
            wiring.run(command, actor=CLERK)

        assert notes(wiring) == 1
