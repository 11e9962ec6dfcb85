"""Who may call: a key, in its scopes, so many times a minute."""

from typing import Any

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from apps.accounts import services as accounts
from apps.accounts.models import ApiKey, User
from apps.accounts.scopes import LETS_THROUGH, TITLES, Scope
from apps.base.errors import NotAllowed, PortalError


class ByKey(BaseAuthentication):
    """The holder of a key, as the middleware knew it; a session counts for nothing here."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        trouble: PortalError | None = getattr(request._request, "key_trouble", None)
        if trouble is not None:
            raise trouble
        user = request._request.user
        return (user, user.through) if isinstance(user, User) and user.through else None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="arrowslit"'


class InScope(BasePermission):
    """The view says which scope it needs; a view that says nothing is closed."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        scope: Scope = view.scope
        if scope not in request.auth.scopes:
            accounts.deny(request.auth, reason="scope")
            raise NotAllowed(f"This key has no scope “{scope}”: {TITLES[scope]}.")
        if not request.user.has_perms(LETS_THROUGH[scope]):
            accounts.deny(request.auth, reason="role")
            raise NotAllowed("The role of this key's service account does not include it.")
        return True


class PerKey(SimpleRateThrottle):
    """So many requests of one key in a minute, counted by each web process for itself."""

    scope = "key"

    def get_rate(self) -> str:
        return f"{settings.API_REQUESTS_A_MINUTE}/minute"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        key = request.auth
        return f"key-requests:{key.pk}" if isinstance(key, ApiKey) else None


class AlwaysJson(BaseContentNegotiation):
    """There is one form of each answer, whatever a caller would accept."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type
