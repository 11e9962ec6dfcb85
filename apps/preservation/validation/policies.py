"""The policy that signatures are held to, by name and version: change a rule, raise the version."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    version: str
    strict: bool = True  # revocation must be known, good or bad, of every certificate

    def __str__(self) -> str:
        return f"{self.name} version {self.version}"


POLICY = Policy("Arrowslit signed originals", "1.0")
