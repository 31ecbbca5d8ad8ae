"""Built front-end files: names with a hash, kept for ever by the browser, compressed beforehand."""

import json
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from outreach.config import ROOT
from outreach.web.headers import security_headers

DIST = ROOT / "static" / "dist"


def init_app(app: Flask, dist: Path = DIST, *, https: bool) -> None:
    """Serve static/dist under /static/ and give templates `asset(name)`."""
    of_every_answer = security_headers(https=https)
    manifest = dist / "manifest.json"
    names: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}

    def protect(headers: Headers, path: str, url: str) -> None:
        for name, value in of_every_answer.items():
            headers[name] = value

    if names:
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=str(dist),
            prefix="static/",
            immutable_file_test=lambda path, url: path != str(manifest),
            add_headers_function=protect,
        )

    def asset(name: str) -> str:
        return f"/static/{names.get(name, name)}"

    app.jinja_env.globals["asset"] = asset
