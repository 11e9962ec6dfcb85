"""What a store does on a disk that fills up; run as a program of its own, on a small disk.

Argument: the disk's folder. Says which names were there when it was full, and which at the end.
"""

import json
import sys
from pathlib import Path

from apps.base.errors import Unavailable
from apps.vault.stores.directory import DirectoryStore


def main(disk: Path) -> None:
    store = DirectoryStore(disk / "vault")
    for number in range(3):
        put(store, str(number), 50_000)
    try:
        put(store, "late", 500_000)
        refused = ""
    except Unavailable as error:
        refused = str(error)
    full = sorted(store.names("originals"))
    store.remove("originals/o/1/0")
    put(store, "late", 50_000)
    said = {"refused": refused, "full": full, "end": sorted(store.names("originals"))}
    sys.stdout.write(json.dumps(said))


def put(store: DirectoryStore, name: str, size: int) -> None:
    receiving = store.create(f"originals/o/1/{name}")
    receiving.write(bytes(size))
    receiving.commit()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
