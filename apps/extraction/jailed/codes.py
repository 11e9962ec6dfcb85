"""Behind the wall: the square codes printed on a page, as the text that they hold."""

from __future__ import annotations

import numpy as np
import zxingcpp
from numpy.typing import NDArray

MOST = 8  # codes of a page
LONGEST = 3_000  # characters; a QR code holds 2 953 bytes
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
GREEN = 1  # the colour that light and dark differ in most


def read(pixels: NDArray[np.uint8]) -> list[str]:
    """The texts of QR codes, of any size and turn; light on dark is not looked for."""
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(pixels[:, :, GREEN]),
        formats=QR,
        text_mode=zxingcpp.TextMode.Plain,
        try_invert=False,
    )
    return [code.text[:LONGEST] for code in found[:MOST]]
