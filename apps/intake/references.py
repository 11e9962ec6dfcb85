"""Short names for documents that tell nothing: 7KQ-52F."""

import re
import secrets

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"  # no vowels, no look-alikes: no words, no misreading
PATTERN = re.compile(rf"[{ALPHABET}]{{3}}-[{ALPHABET}]{{3}}")


def new_reference() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"{letters[:3]}-{letters[3:]}"
