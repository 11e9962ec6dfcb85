from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from apps.accounts.scopes import let_through
from apps.base.models import OwnedRow, Row
from apps.base.types import Actor


class Organisation(Row):
    """A company on this portal; its documents, keys and people are its own."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    region = models.CharField(max_length=40)  # where its data stays, as people say it

    def __str__(self) -> str:
        return self.name


class Workspace(Row):
    """A team's room: who is a member sees what was sent into it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="workspaces")
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="workspace_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    def has_member(self, user: User) -> bool:
        return self.memberships.filter(user=user).exists()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: object) -> User:
        """Make a person; the address is kept in lower case, so that it names one person."""
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin, Row):
    """A person, who signs in by e-mail and belongs to one organisation."""

    email = models.EmailField(unique=True)  # in lower case
    name = models.CharField(max_length=120)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="people"
    )  # null: a platform operator, who has no content right
    workspaces: models.ManyToManyField[Workspace, Membership] = models.ManyToManyField(
        Workspace, through="Membership", related_name="people"
    )
    is_active = models.BooleanField(default=True)

    objects = UserManager()
    through: ApiKey | None = None  # the key by which a service account acts in this request

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        default_permissions = ()
        permissions = [("view_people", "Can see who is in the organisation")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="email_names_one_person"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        return self.through.actor if self.through else Actor(f"user:{self.pk}")

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """What the roles allow within an organisation and, through a key, its scopes as well.

        An operator belongs to no organisation and has no role, whatever flags are set.
        """
        if self.organisation_id is None:
            return False
        if self.through is not None and perm not in let_through(self.through.scopes):
            return False
        return super().has_perm(perm, obj)

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][:1] + words[-1][:1]).upper() if words else "?"


class Membership(Row):
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.workspace_id}"


class Standing(StrEnum):
    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ApiKey(OwnedRow):
    """A key by which a service account calls the API: one workspace, a few scopes, an end.

    The key itself is shown once. What is kept is a prefix to find it by and a hash to prove it.
    """

    name = models.CharField(max_length=60)  # what it is for, as the admin says it
    user = models.ForeignKey(User, models.PROTECT, related_name="keys")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the whole key
    scopes = models.JSONField()  # names
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    used_on = models.DateField(null=True)  # the last day, no finer: it says who works when

    class Meta:
        default_permissions = ()
        permissions = [("manage_keys", "Can issue and revoke API keys")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    expires_at__gt=models.F("created_at"),
                    expires_at__lte=models.F("created_at") + timedelta(days=366),
                ),
                name="key_lasts_a_year_at_most",
            ),
            models.CheckConstraint(condition=~models.Q(scopes=[]), name="key_does_something"),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="key_revoked_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation_id", "-created_at"], name="keys_of_organisation")
        ]

    def __str__(self) -> str:
        return self.prefix

    @property
    def standing(self) -> Standing:
        """How the key stands now; of two reasons to be closed, the one that came from a person."""
        if self.revoked_at is not None:
            return Standing.REVOKED
        return Standing.EXPIRED if self.expires_at <= timezone.now() else Standing.LIVE

    @property
    def actor(self) -> Actor:
        return Actor(f"key:{self.pk}")
