"""Log lines that cannot carry content: where something broke, never what it was about."""

import logging
import traceback
from types import TracebackType


class WithoutMessages(logging.Formatter):
    """Writes the kind of an exception and the places it passed, and leaves its message out.

    Messages of libraries quote what they stumbled over: a value, a name, a piece of a file.
    """

    def formatException(  # noqa: N802 - the name is logging's
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        kind, _, trace = ei
        places = traceback.extract_tb(trace)
        lines = [f"  {place.filename}:{place.lineno} in {place.name}" for place in places]
        return "\n".join([*lines, kind.__name__ if kind else ""])

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the name is logging's
        return ""
