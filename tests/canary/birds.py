"""Words and numbers that stand nowhere else, and how to find them in whatever is left behind."""

import base64
import secrets
from dataclasses import dataclass, field

PLACES = (
    "name", "title", "author", "xmp", "attached", "layer", "form", "drawn", "aside", "number",
    "typed", "said",
)  # fmt: skip


def _bird(place: str) -> str:
    """Letters and digits of no language, so that finding them is no accident.

    Each has a 7, which the engine of the tests doubts: a person must look.
    """
    # Between the letters there are never as many digits as a card has.
    return f"{place[:2].upper()}{_letters(10)}Q7{secrets.randbelow(10**6):06}"


def _letters(count: int) -> str:
    return "".join(secrets.choice("CEFHKMNPRTVWXY") for _ in range(count))


@dataclass(frozen=True, slots=True)
class Birds:
    """One for each place of a document where content stands."""

    of: dict[str, str] = field(default_factory=lambda: {place: _bird(place) for place in PLACES})

    def __getitem__(self, place: str) -> str:
        return self.of[place]

    def found_in(self, content: bytes) -> set[str]:
        """The places whose bird is in these bytes, in any spelling we can think of."""
        low = content.lower()
        return {place for place, bird in self.of.items() if any(f in low for f in spelt(bird))}


def spelt(bird: str) -> list[bytes]:
    """As text, in both widths, as hexadecimal digits and in base64 wherever it begins."""
    plain = bird.encode()
    forms = [plain, bird.encode("utf-16-le"), bird.encode("utf-16-be")]
    forms += [form.hex().encode() for form in forms]
    for shift in range(3):  # only the middle: its ends depend on what stands beside it
        forms.append(base64.b64encode(b"x" * shift + plain)[4:-4])
    return [form.lower() for form in forms]
