import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image, ImageDraw, ImageFont

from apps.base.errors import Unavailable
from apps.extraction import reader
from apps.extraction.engines import ENGINES, Pixels
from apps.extraction.synthetic.typeface import FONTS

WORDS = "Arrowslit reads 4711"
FONT = str(FONTS / "WorkSans-Regular.ttf")
SIZE, PAGE, PLACE = 40, (640, 480), (60, 200)  # pixels


class Command(BaseCommand):
    help = "Start each reader named, let it read one line, and say how it is; 1 if any is unwell."

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = settings.READER_COMMAND[1]
        parser.add_argument("engines", nargs="*", default=[usual], metavar="ENGINE")

    def handle(self, *args: Any, **options: Any) -> None:
        if unknown := sorted({*options["engines"]} - {*ENGINES}):
            raise CommandError(f"There is no engine {unknown[0]}; there are {', '.join(ENGINES)}.")
        told = [_tried(engine) for engine in options["engines"]]
        self.stdout.write("\n".join(json.dumps(said) for said in told))
        if not all(said["well"] for said in told):
            sys.exit(1)


def _tried(engine: str) -> dict[str, object]:
    """What came of starting a reader and letting it read one line."""
    began = time.monotonic()
    try:
        page, version = reader.read_page(_line(), 1, engine)
        megabytes = reader.health().megabytes
    except Unavailable as error:
        return {"reader": engine, "well": False, "why": str(error)}
    finally:
        reader.close()
    return {
        "reader": engine,
        "well": True,
        "engine": version,
        "right": {word.text for word in page.words} == {*WORDS.split()},
        "megabytes": megabytes,
        "seconds": round(time.monotonic() - began, 1),
    }


def _line() -> Pixels:
    """One line in black on white."""
    image = Image.new("RGB", PAGE, "white")
    font = ImageFont.truetype(FONT, SIZE)
    ImageDraw.Draw(image).text(PLACE, WORDS, fill="black", font=font)
    return np.asarray(image)
