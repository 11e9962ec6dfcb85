"""In what room each engine is run: its interpreter, what it is shown, and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from apps.intake.jail import Limits, Place

GIGABYTE = 1 << 30
GPU_LIMIT = 1 << 40  # bytes of address space; CUDA maps all memory that the machine has


@dataclass(frozen=True, slots=True)
class Room:
    """How a reader with one engine is run."""

    memory: int = 4 * GIGABYTE  # bytes of address space, which is more than is ever used
    fattest: int = 1_400  # MB of resident memory after which a reader is replaced
    loading: float = 60.0  # seconds until it must say what it is
    place: Place = field(default_factory=Place)
    arguments: tuple[str, ...] = ()  # that its engine takes beside its threads

    @property
    def limits(self) -> Limits:
        return Limits(memory=self.memory, cpu=1_000_000, wall=0, files=128)


def room(engine: str) -> Room:
    """The room of an engine by its name."""
    if engine == "doctr":
        return _doctr()
    if engine == "tesseract":
        return Room(memory=2 * GIGABYTE, fattest=800, arguments=(settings.TESSERACT_LANGUAGES,))
    return Room()


def _doctr() -> Room:
    """It sees its own environment and the operator's weights, and a GPU where there is one."""
    python = Path(settings.DOCTR_PYTHON)
    weights = str(Path(settings.DOCTR_WEIGHTS or "/nowhere").resolve())
    devices = tuple(sorted(str(device) for device in Path("/dev").glob("nvidia*")))
    folders = [str(python.parent.parent), weights, _base(python.parent.parent)]
    shown = tuple(folder for folder in folders if Path(folder).is_dir())
    return Room(
        memory=GPU_LIMIT if devices else 8 * GIGABYTE,
        fattest=3_000,
        loading=180.0,
        place=Place(str(python), shown, devices),
        arguments=(weights,),
    )


def _base(environment: Path) -> str:
    """Where the Python lies that a virtual environment was made from."""
    try:
        lines = (environment / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return ""
    said = dict(line.partition(" = ")[::2] for line in lines)
    return str(Path(said.get("home", "")).parent)
