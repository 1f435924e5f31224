"""Write the list of pages anew: `python -m tests.house.routes`. Who removes a page leaves a redirect in its place."""

from pathlib import Path

from flask import Flask

from app.config import Settings
from app.factory import create_app

LIST = Path(__file__).with_name("routes.txt")


def routes(app: Flask) -> list[str]:
    """Every address with the methods it answers, as one line each."""
    return sorted({f"{rule.rule} {' '.join(sorted(rule.methods - {'HEAD', 'OPTIONS'}))}" for rule in app.url_map.iter_rules()})


if __name__ == "__main__":
    LIST.write_text("\n".join(routes(create_app(Settings(demo=True)))) + "\n", encoding="utf-8")
