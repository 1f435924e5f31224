"""Settings: every variable of the environment that steers the software, read once.

No code asks which environment it is in; it asks for the setting it needs. Each field has a
development value. Secrets that still have it are accepted only where the demonstration is on.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

#: Variables known to everybody keep their customary name; ours carry this prefix.
PREFIX = "LUZHI_"
CUSTOMARY = {"database_url": "DATABASE_URL", "data_dir": "DATA_DIR", "port": "PORT"}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
DEVELOPMENT_SECRET = "for development only, refused elsewhere"
SOCKET_PATH_LIMIT = 80


class ConfigError(Exception):
    """A setting has a value that cannot be used."""


def _says(default: Any, sentence: str) -> Any:
    return field(default=default, metadata={"says": sentence})


@dataclass(frozen=True)
class Settings:
    """The settings of one process: frozen, complete."""

    database_url: str = _says("", "Address of a PostgreSQL 15 or later; empty means the embedded server in the data folder.")
    data_dir: Path = _says(Path("var"), "Folder for everything that must survive: embedded database, attachments, generated secrets.")
    host: str = _says("127.0.0.1", "Address the web process listens on.")
    port: int = _says(8000, "Port the web process listens on.")
    base_url: str = _says("", "Address under which people reach the pages, as printed in QR codes; empty means host and port.")
    secret_key: str = _says(DEVELOPMENT_SECRET, "Secret that signs cookies, form tokens and page cursors.")
    field_key: str = _says(DEVELOPMENT_SECRET, "Secret that encrypts contact fields; losing it loses them.")
    demo: bool = _says(False, "Turns the demonstration page, its movable clock and the pretending systems on; loopback only.")
    cookie_secure: bool = _says(False, "Sends cookies over HTTPS only and gives them the __Host- prefix.")
    session_idle_minutes: int = _says(30, "A signed-in person who does nothing is signed out after so many minutes.")
    session_hours: int = _says(12, "A signed-in person is signed out after so many hours in any case.")
    languages: tuple[str, ...] = _says(("zh", "en"), "Languages of the pages, the first one is the default.")
    timezone: str = _says("Asia/Shanghai", "Zone in which days begin and end.")
    systems: tuple[str, ...] = _says(
        ("casefile", "assignment", "supervision", "four_platforms", "sms"), "Outside and local systems to load, by name."
    )
    four_platforms_url: str = _says("http://127.0.0.1:8077", "Address of the four platforms (or of their simulator).")
    four_platforms_key: str = _says(DEVELOPMENT_SECRET, "Secret that signs messages to and from the four platforms.")
    sms_url: str = _says("", "Address of the text message gateway; empty means messages are only shown on the demonstration page.")
    timer_seconds: float = _says(2.0, "Pause of the clock process between two looks for due timers.")
    outbox_seconds: float = _says(1.0, "Pause of the clock process between two looks for messages to send.")
    notice_seconds: float = _says(5.0, "Pause of the clock process between two looks for people to tell.")
    job_seconds: float = _says(5.0, "Pause of the clock process between two looks for long work.")
    outbox_lease_seconds: int = _says(60, "Time a delivery may take before another worker tries it again.")
    upload_megabytes: int = _says(40, "Largest form a citizen may send, photos included.")
    photo_megapixels: int = _says(50, "Largest photo that is accepted.")
    web_threads: int = _says(8, "Threads of one web process.")
    web_processes: int = _says(1, "Web processes.")
    trusted_proxies: int = _says(0, "Number of reverse proxies in front whose forwarded address is believed.")
    log_level: str = _says("INFO", "How much is logged: DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """This will read the settings from the environment and refuse what cannot work."""
        given = {}
        for item in fields(cls):
            text = environ.get(variable(item.name))
            if text is not None and text != "":
                given[item.name] = _read(item, text)
        settings = cls(**given)
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse secrets left at their development value, and a demonstration open to others.

        Raises ConfigError.
        """
        if self.demo and self.host not in LOOPBACK:
            raise ConfigError(f"The demonstration lets anybody in, so it runs on loopback only, not on {self.host}.")
        if not self.demo:
            names = [name for name in ("secret_key", "field_key") if getattr(self, name) == DEVELOPMENT_SECRET]
            if names:
                raise ConfigError("Set " + " and ".join(variable(name) for name in names) + " before starting in earnest.")

    @property
    def database(self) -> str:
        """The address of the database for SQLAlchemy, with our driver named."""
        url = self.database_url or f"postgresql://app@/app?host={socket_folder(self.data_dir)}"
        scheme, _, rest = url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url

    @property
    def public_url(self) -> str:
        """The address people reach us under, without a slash at its end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")


def variable(name: str) -> str:
    """The name of the environment variable of a field."""
    return CUSTOMARY.get(name, PREFIX + name.upper())


def sentences() -> dict[str, str]:
    """What each variable is for, by the name of the variable."""
    return {variable(item.name): item.metadata["says"] for item in fields(Settings)}


def socket_folder(data_dir: Path) -> Path:
    """The folder of the embedded server's socket: beside its data, or elsewhere if that path is too long."""
    near = Path(data_dir).absolute() / "socket"
    if len(str(near)) <= SOCKET_PATH_LIMIT:
        return near
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")
    return runtime / f"luzhi-{hashlib.sha256(str(near).encode()).hexdigest()[:16]}"


def _read(item: Field, text: str) -> Any:
    try:
        if isinstance(item.default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if isinstance(item.default, tuple):
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return type(item.default)(text) if not isinstance(item.default, Path) else Path(text)
    except (KeyError, ValueError):
        raise ConfigError(f"{variable(item.name)} cannot be read: {text!r}.")
