"""The smaller parts of the ground: errors, settings, storage, throttle, systems, words."""

import pickle
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import migrate
from app.config import ConfigError, Settings, socket_folder
from app.db import UtcDateTime, only_reads
from app.errors import AppError, Conflict, Invalid, NotFound, Throttled
from app.storage import AttachmentGone, FolderStorage, name_of
from app.system import Operation, Systems, load
from app.throttle import Limit
from app.wording import WORDS, choices, say
from tests.fakes import MemoryStorage


class BridgeClosed(Conflict):
    """The bridge
    is closed.

    More for the reader of the code.
    """


class TestAppError:
    def test_has_a_key_and_a_sentence(self):
        assert (BridgeClosed.key, BridgeClosed.sentence()) == ("bridge_closed", "The bridge is closed.")

    def test_is_found_by_its_key(self):
        assert AppError.named("bridge_closed") is BridgeClosed
        assert AppError.named("of_another_release") is Conflict

    def test_travels_with_its_facts(self):
        copy = pickle.loads(pickle.dumps(Invalid(errors={"name": ["missing"]}, line=3)))

        assert copy.errors == {"name": ["missing"]}
        assert copy.facts["line"] == 3


class TestSettings:
    def test_reads_the_environment(self):
        settings = Settings.from_env({"PORT": "9000", "DATA_DIR": "/tmp/x", "LUZHI_DEMO": "1", "LUZHI_LANGUAGES": "zh"})

        assert (settings.port, settings.data_dir, settings.demo, settings.languages) == (9000, Path("/tmp/x"), True, ("zh",))

    def test_refuses_development_secrets_in_earnest(self):
        with pytest.raises(ConfigError, match="LUZHI_SECRET_KEY and LUZHI_FIELD_KEY"):
            Settings.from_env({})

    def test_accepts_own_secrets(self):
        assert Settings.from_env({"LUZHI_SECRET_KEY": "a", "LUZHI_FIELD_KEY": "b"}).secret_key == "a"

    def test_refuses_a_demonstration_open_to_others(self):
        with pytest.raises(ConfigError, match="loopback"):
            Settings.from_env({"LUZHI_DEMO": "1", "LUZHI_HOST": "0.0.0.0"})

    def test_names_the_variable_that_cannot_be_read(self):
        with pytest.raises(ConfigError, match="PORT"):
            Settings.from_env({"PORT": "eight", "LUZHI_DEMO": "1"})

    @pytest.mark.parametrize("given", ["postgres://u@h/d", "postgresql://u@h/d"])
    def test_names_our_driver(self, given):
        assert Settings(database_url=given).database == "postgresql+psycopg://u@h/d"

    def test_keeps_the_socket_path_short(self):
        assert len(str(socket_folder(Path("/" + "long/" * 40)))) < 100


class TestOnlyReads:
    @pytest.mark.parametrize("statement", ["select 1", "\n (SELECT 1)", "select * from w order by id limit 3"])
    def test_sees_a_plain_select(self, statement):
        assert only_reads(statement)

    @pytest.mark.parametrize("statement", [
        "insert into t values (1)", "with x as (delete from t returning 1) select * from x", "select 1 for update",
        "select 1 from t FOR NO KEY UPDATE skip locked", "select set_config('a', 'b', true)", "lock table t",
    ])
    def test_sees_what_writes_or_locks(self, statement):
        assert not only_reads(statement)


class TestUtcDateTime:
    def test_refuses_an_instant_without_zone(self, db):
        with pytest.raises(sa.exc.StatementError, match="time zone"):
            db.execute(sa.select(sa.bindparam("at", datetime(2026, 1, 1), UtcDateTime)))


@pytest.fixture(params=["folder", "memory"])
def storage(request, tmp_path):
    return FolderStorage(tmp_path / "files") if request.param == "folder" else MemoryStorage()


class TestStorage:
    """What every storage must fulfil."""

    def test_gives_back_what_was_put(self, storage):
        name = storage.put(b"a photo")

        assert name == name_of(b"a photo")
        assert storage.get(name) == b"a photo"

    def test_keeps_one_of_two_equal_files(self, storage):
        storage.put(b"a photo")
        storage.put(b"a photo")

        assert [name for name, _ in storage.names()] == [name_of(b"a photo")]

    def test_forgets_what_is_erased(self, storage):
        name = storage.put(b"a photo")
        storage.erase(name)
        storage.erase(name)

        with pytest.raises(AttachmentGone):
            storage.get(name)

    @pytest.mark.parametrize("name", ["../../etc/passwd", "", "f" * 64, "F" * 64])
    def test_knows_no_other_names(self, storage, name):
        with pytest.raises(NotFound):
            storage.get(name)


class TestThrottle:
    LIMIT = Limit("door", most=3, seconds=3600)

    def test_lets_as_many_through_as_allowed(self, wiring):
        waits = [wiring.limits.wait_after(self.LIMIT, "10.0.0.1") for _ in range(4)]

        assert waits[:3] == [0, 0, 0]
        assert 0 < waits[3] <= 3600

    def test_counts_each_subject_alone(self, wiring):
        for _ in range(4):
            wiring.limits.wait_after(self.LIMIT, "10.0.0.1")

        wiring.limits.spend(self.LIMIT, "10.0.0.2")

    def test_says_how_long_to_wait(self, wiring):
        with pytest.raises(Throttled) as refusal:
            for _ in range(4):
                wiring.limits.spend(self.LIMIT, "10.0.0.1")

        assert refusal.value.facts["seconds"] > 0

    def test_forgets_after_a_success(self, wiring):
        for _ in range(3):
            wiring.limits.spend(self.LIMIT, "10.0.0.1")
        wiring.limits.forget(self.LIMIT, "10.0.0.1")

        wiring.limits.spend(self.LIMIT, "10.0.0.1")

    def test_keeps_no_subject_readable(self, wiring, db):
        wiring.limits.spend(self.LIMIT, "10.0.0.1")

        kept = [bytes(row.subject) for row in db.execute(sa.text("select subject from throttle"))]

        assert kept
        assert all(b"10.0.0.1" not in subject and len(subject) == 16 for subject in kept)

    def test_remembers_the_window_before(self, wiring, db):
        limit = Limit("door", most=3, seconds=86_400_000)
        for _ in range(3):
            wiring.limits.spend(limit, "10.0.0.1")
        db.execute(sa.text("update throttle set began = began - interval '1000 days'"))

        assert wiring.limits.wait_after(limit, "10.0.0.1") >= 0
        assert db.execute(sa.text("select count(*) from throttle")).scalar_one() == 2


class Bell:
    name = "bell"
    operations = {"ring": Operation(local=False), "log": Operation(local=True)}


class TestSystems:
    def test_knows_operations_by_their_full_name(self):
        systems = Systems([Bell()])

        assert set(systems.operations) == {"bell.ring", "bell.log"}
        assert systems.local == {"bell.log"}
        assert "bell" in systems and "horn" not in systems

    def test_fails_at_the_start_for_a_misspelt_name(self):
        with pytest.raises(ModuleNotFoundError):
            load(["no_such_system"])


class TestSay:
    def test_speaks_both_languages(self):
        assert (say("status.accepted", "zh-CN"), say("status.accepted", "en")) == ("已受理", "Accepted")

    def test_says_what_it_does_not_know_as_written(self):
        assert say("status.not_yet_named") == "not yet named"

    def test_has_two_texts_for_each_key(self):
        assert all(len(pair) == 2 and all(pair) for pair in WORDS.values())

    def test_lists_a_group_in_order(self):
        assert [value for value, _ in choices("stars")] == ["3", "2", "1"]


class TestMigrate:
    def test_refuses_a_database_of_a_newer_release(self, fresh_wiring):
        with fresh_wiring.database.begin() as db:
            db.execute(sa.text("update alembic_version set version_num = '9999_from_the_future'"))

        with pytest.raises(migrate.NewerDatabase, match="9999_from_the_future"):
            migrate.upgrade(fresh_wiring.database)

    def test_does_nothing_where_nothing_is_to_do(self, fresh_wiring):
        migrate.upgrade(fresh_wiring.database)

        with fresh_wiring.connect() as db:
            assert migrate.current(db) == migrate.head()
