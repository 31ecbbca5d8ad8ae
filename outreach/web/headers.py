"""Security headers on every answer. The CSP allows no inline script and no inline style."""

from flask import Flask, Response

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    # Nothing to other hosts; to ourselves, for under https a form is believed only when it says where it stood.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
}


class Complete(Response):
    """An answer that brings the security headers itself (see `security_headers`)."""


def security_headers(*, https: bool) -> dict[str, str]:
    """The headers of every answer."""
    return HEADERS | ({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if https else {})


def init_app(app: Flask, *, https: bool) -> None:
    """Set the headers; pages with people in them are never kept by a cache."""
    headers = security_headers(https=https)

    @app.after_request
    def protect(response: Response) -> Response:
        if isinstance(response, Complete):
            return response
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["Cache-Control"] = "no-store"
        return response
