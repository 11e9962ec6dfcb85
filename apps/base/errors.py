"""What can go wrong, in eight families. Each message is a sentence the person may read.

PortalError
  · NotKnown      whoever asks did not prove who they are 401
  · NotAllowed    the person may not do this              403
  · NotFound      it is not there, or not for this person 404
  · NotPossible   the state of the thing forbids it       409
    · Held        a legal hold does                       409
  · Gone          it was erased, as promised              410
  · Unreadable    the bytes are not what they claim       422
  · TooMany       too many tries or requests              429
  · Unavailable   something we lean on is down            503
"""


class PortalError(Exception):
    """An anticipated failure; its message never holds document content."""

    status = 400

    @property
    def code(self) -> str:
        return type(self).__name__


class NotKnown(PortalError):
    status = 401


class NotAllowed(PortalError):
    status = 403


class NotFound(PortalError):
    status = 404

    def __init__(self, message: str = "There is nothing here for you.") -> None:
        super().__init__(message)


class NotPossible(PortalError):
    status = 409


class Held(NotPossible):
    """Nothing that a legal hold covers is erased."""


class Gone(PortalError):
    status = 410


class Unreadable(PortalError):
    status = 422


class TooMany(PortalError):
    status = 429

    def __init__(self, message: str, *, wait: int) -> None:
        super().__init__(message)
        self.wait = wait  # seconds until it is worth another try


class Unavailable(PortalError):
    """A full disk, a store or reader that is down: no fault of the document that met it."""

    status = 503
    attempts = 12  # of a job at one step; the last comes after an hour and a half
