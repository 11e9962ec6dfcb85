"""What every answer carries, whoever gave it: pages, files, downloads, errors, redirects.

This stands before all other middleware, so an answer of one that gave up early is dressed too.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]

NOTHING = "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
    "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "publickey-credentials-create", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
    "X-Permitted-Cross-Domain-Policies": "none",
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": NOTHING,
}


class Everywhere:
    """Adds what is missing; a page's own policy and a static file's long life stay."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.always = dict(ALWAYS)
        if settings.SECURE_HSTS_SECONDS:
            life = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
            self.always["Strict-Transport-Security"] = life

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        for name, value in self.always.items():
            response.headers.setdefault(name, value)
        return response


class BehindProxy:
    """Knows people by their own address, not by that of the proxy before us.

    The proxy writes the address it sees to the end of the list; what comes before that a
    browser could have invented. Without this one guesser would lock everybody out.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        named = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if settings.BEHIND_TLS and named:
            request.META["REMOTE_ADDR"] = named
        return self.answer(request)
