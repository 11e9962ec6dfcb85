"""A reader process: one loaded engine behind a pipe.

Arguments: the engine, how many threads it may have, and what else it needs to know.
Asks on standard input: a line of JSON {"number", "width", "height"} and the page's pixels.
Answers on standard output: a line of JSON, the page as `apps.extraction.engines.wire` writes
it. It sees pixels only, never a file, and keeps nothing between two pages.
"""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO

import numpy as np

from apps.extraction.engines import ENGINES, Engine, wire


def main() -> None:
    engine_name, threads, more = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    answers = _own_output()
    engine = _load(engine_name)(threads, *more)
    _say(answers, {"engine": engine.name, "version": engine.version})
    while ask := sys.stdin.buffer.readline():
        _say(answers, _answer(engine, json.loads(ask), sys.stdin.buffer))


def _own_output() -> BinaryIO:
    """Keep the pipe for answers; what libraries print goes where errors go, which is nowhere.

    Not to a null device of its own: behind the lesser wall nothing can be opened for writing.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _load(name: str) -> Callable[..., Engine]:
    module, _, attribute = ENGINES[name].partition(":")
    engine: Callable[..., Engine] = getattr(import_module(module), attribute)
    return engine


def _answer(engine: Engine, ask: dict[str, int], source: BinaryIO) -> dict[str, object]:
    height, width = ask["height"], ask["width"]
    pixels = np.frombuffer(_exactly(source, height * width * 3), dtype=np.uint8)
    return wire.page_to_json(engine.read(pixels.reshape(height, width, 3), ask["number"]))


def _exactly(source: BinaryIO, size: int) -> bytes:
    content = source.read(size)
    if len(content) != size:
        raise SystemExit("The pipe was closed in the middle of a page.")
    return content


def _say(answers: BinaryIO, value: dict[str, object]) -> None:
    answers.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")
    answers.flush()
