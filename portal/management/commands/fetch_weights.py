from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.extraction.engines.weights import DETECTION, RECOGNITION, Part
from portal import fetching
from portal.fetching import NotFetched


class Command(BaseCommand):
    help = "Fetch docTR's weights over https, and write their manifest once you vouch for them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where DOCTR_WEIGHTS will point")
        parser.add_argument("--detection", choices=DETECTION, default="fast_base")
        parser.add_argument("--recognition", choices=RECOGNITION, default="crnn_vgg16_bn")
        parser.add_argument(
            "--sha256",
            action="append",
            default=[],
            metavar="DIGEST",
            help="whole digest of a file, from somebody you trust; without them you are asked",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        vouched = {digest.lower() for digest in options["sha256"]}

        def confirm(part: Part) -> bool:
            self.stdout.write(f"{part.sha256}  {part.file}")
            return part.sha256 in vouched if vouched else _asked()

        try:
            fetching.fetch(
                options["folder"],
                detection=options["detection"],
                recognition=options["recognition"],
                confirm=confirm,
            )
        except NotFetched as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Written: {options['folder'] / 'weights.json'}")


def _asked() -> bool:
    try:
        answer = input("Is this the digest that you had from elsewhere? Type yes: ")
    except EOFError:
        return False
    return answer.strip() == "yes"
