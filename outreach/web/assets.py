"""Built front-end files: names with a hash, kept for ever by the browser, compressed beforehand."""

import json
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from outreach.config import ROOT

DIST = ROOT / "static" / "dist"


def init_app(app: Flask, dist: Path = DIST) -> None:
    """Serve static/dist under /static/ and give templates `asset(name)`."""
    manifest = dist / "manifest.json"
    names: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
    if names:
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=str(dist),
            prefix="static/",
            immutable_file_test=lambda path, url: path != str(manifest),
        )

    def asset(name: str) -> str:
        return f"/static/{names.get(name, name)}"

    app.jinja_env.globals["asset"] = asset
