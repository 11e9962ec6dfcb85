from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from apps.base.models import Row
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

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Roles count within an organisation: an operator has none, whatever flags are set."""
        return self.organisation_id is not None and super().has_perm(perm, obj)

    @property
    def actor(self) -> Actor:
        return Actor(f"user:{self.pk}")

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
