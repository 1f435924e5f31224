"""What browsers load: hashed bundles by the manifest of the build, the service worker, compression."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory
from markupsafe import Markup, escape

from app.errors import NotFound
from app.web.security import nonce

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "static" / "dist"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}
YEAR = "public, max-age=31536000, immutable"
WORTH_COMPRESSING = 1_000


class NotBuilt(NotFound):
    """The bundles have not been built; run the bootstrap first."""


class Manifest:
    """The build's list of entries; read again when a build has replaced it."""

    def __init__(self, folder: Path = DIST) -> None:
        self.folder = folder
        self._stamp = 0
        self._entries: dict[str, dict[str, Any]] = {}

    def entry(self, name: str) -> dict[str, Any]:
        """Script, style sheet and preloads of one entry."""
        return self.entries()[name]

    def entries(self) -> dict[str, dict[str, Any]]:
        """All entries by name."""
        path = self.folder / "manifest.json"
        try:
            stamp = path.stat().st_mtime_ns
        except FileNotFoundError as gone:
            raise NotBuilt() from gone
        if stamp != self._stamp:
            self._entries, self._stamp = json.loads(path.read_text("utf-8")), stamp
        return self._entries

    def tags(self, name: str) -> Markup:
        """The link and script tags of one entry, for the head of a page."""
        entry = self.entry(name)
        tags = [f'<link rel="stylesheet" href="/assets/{entry["css"]}">'] if entry.get("css") else []
        tags += [f'<link rel="modulepreload" href="/assets/{file}">' for file in entry.get("preload", [])]
        if entry.get("js"):
            kind = 'type="module"' if entry["module"] else "defer"
            tags.append(f'<script {kind} nonce="{escape(nonce())}" src="/assets/{entry["js"]}"></script>')
        return Markup("\n".join(tags))


MANIFEST = Manifest()


def serve(filename: str) -> Response:
    """One hashed file, kept by browsers for a year; its compressed twin where the browser takes it."""
    kind = TYPES.get(Path(filename).suffix)
    packed = kind and "gzip" in request.accept_encodings and (DIST / f"{filename}.gz").is_file()
    response = send_from_directory(DIST, f"{filename}.gz" if packed else filename, mimetype=kind, etag=False)
    response.headers["Cache-Control"] = YEAR
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def service_worker() -> Response:
    """The citizens' service worker, told which files to keep and under which version."""
    entry, worker = MANIFEST.entry("citizen"), MANIFEST.entry("sw")
    files = [f"/assets/{entry[kind]}" for kind in ("css", "js")]
    source = (DIST / worker["js"]).read_text("utf-8")
    version = hashlib.sha256((source + "".join(files)).encode()).hexdigest()[:12]
    source = source.replace("__VERSION__", version).replace('"__FILES__"', json.dumps(files))
    response = Response(source, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


# Open to everybody: the mark that the guard reads, who stands above us.
serve.access = service_worker.access = "public"  # type: ignore[attr-defined]  # a mark on the function


def install(app: Flask) -> None:
    """Open the doors of the files, give templates `assets(name)`, compress the pages."""
    app.add_url_rule("/assets/<path:filename>", "assets", serve)
    app.add_url_rule("/sw.js", "service_worker", service_worker)
    app.jinja_env.globals["assets"] = MANIFEST.tags
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if (
        response.mimetype not in {"text/html", "application/json", "text/javascript"}
        or response.direct_passthrough
        or response.is_streamed
        or "Content-Encoding" in response.headers
        or "gzip" not in request.accept_encodings
    ):
        return response
    body = response.get_data()
    if len(body) >= WORTH_COMPRESSING:
        response.set_data(gzip.compress(body, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
    return response
