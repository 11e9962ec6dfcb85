"""Payment codes printed on a page: read behind the wall, and heard for what they know."""

import io

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from apps.extraction import doctypes
from apps.extraction.fields import Flag, Found, Second
from apps.extraction.find import find_fields
from apps.extraction.witnesses import Witnesses, heard
from tests.extraction.layered import said
from tests.extraction.pages import drawn

IBAN, OTHER_IBAN = "DE89370400440532013000", "GB33BUKB20201555555555"
PAPER = drawn(f"""
    Kestrel & Sons Ltd

    INVOICE

    Invoice No: RE-2026-0017
    Invoice date: 04.03.2026

    Net amount           EUR 100.00
    VAT amount           EUR  19.00
    Total amount         EUR 119.00
    Amount due           EUR 119.00

    IBAN: {IBAN}
""")


def epc(**changes: str) -> str:
    lines = {
        "head": "BCD", "version": "002", "letters": "1", "kind": "SCT", "bic": "COBADEFFXXX",
        "name": "Kestrel & Sons Ltd", "iban": IBAN, "amount": "EUR119.00", "purpose": "",
        "structured": "", "text": "RE-2026-0017 thank you",
    }  # fmt: skip
    return "\n".join((lines | changes).values())


def swiss(**changes: str) -> str:
    lines = {"head": "SPC", "version": "0200", "letters": "1", "iban": IBAN, "form": "S"}
    lines |= {"name": "Kestrel & Sons Ltd"} | {f"address {at}": "" for at in range(5)}
    lines |= {f"ultimate {at}": "" for at in range(7)}
    lines |= {"amount": "119.00", "currency": "EUR"} | {f"debtor {at}": "" for at in range(7)}
    lines |= {"kind": "NON", "structured": "", "text": "RE-2026-0017", "end": "EPD"}
    return "\r\n".join((lines | changes).values())


def photo(code: str, *, module: int = 3, turn: int = 0) -> bytes:
    """A page with a code on it."""
    made = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    square = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(made)))
    square = square.resize(
        (square.width * module, square.height * module), Image.Resampling.NEAREST
    )
    page = Image.new("RGB", (1_200, 1_600), "white")
    page.paste(square.convert("RGB"), (500, 900))
    out = io.BytesIO()
    page.rotate(turn, expand=True, fillcolor="white").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(("module", "turn"), [(2, 0), (3, 90), (4, 7), (8, 180)])
def test_a_code_is_read_behind_the_wall_whatever_its_size_and_turn(module, turn):
    code = epc()
    assert said(photo(code, module=module, turn=turn), "image/png").codes == [code]


def test_the_largest_code_is_read():
    code = "A" * 3_300
    assert said(photo(code), "image/png").codes == [code[:3_000]]


def field(name: str, *codes: str) -> Found:
    """A field of the paper, with what codes on it say."""
    doctype = doctypes.get("invoice")
    found = find_fields([PAPER], doctype, [rule.name for rule in doctype.fields])
    fields = heard(found, Witnesses(codes=codes), doctype, pages=[PAPER])
    [one] = [one for one in fields if isinstance(one, Found) and one.name == name]
    return one


@pytest.mark.parametrize("form", [epc, swiss])
@pytest.mark.parametrize(
    "name", ["iban", "due_payable", "currency", "seller_name", "invoice_number"]
)
def test_a_payment_backs_what_the_paper_says(form, name):
    one = field(name, form())
    assert one.evidence.second is Second.AGREES
    assert not one.flags
    assert one.confidence > field(name).confidence


@pytest.mark.parametrize("form", [epc, swiss])
@pytest.mark.parametrize(
    ("name", "changes"),
    [("iban", {"iban": OTHER_IBAN}), ("due_payable", {"amount": "911.00"})],
)
def test_a_payment_to_another_account_or_of_another_amount_is_flagged(form, name, changes):
    if form is epc and "amount" in changes:
        changes = {"amount": "EUR911.00"}
    one = field(name, form(**changes))
    assert one.evidence.second is Second.DIFFERS
    assert one.flags == (Flag.CODE_DIFFERS,)
    assert one.confidence < field(name).confidence


def test_one_code_that_differs_is_not_outvoted():
    one = field("iban", epc(), epc(iban=OTHER_IBAN), swiss())
    assert one.flags == (Flag.CODE_DIFFERS,)


@pytest.mark.parametrize("name", ["issue_date", "tax_total", "net_total", "grand_total"])
def test_a_payment_says_nothing_of_what_it_does_not_know(name):
    assert field(name, epc(amount="EUR911.00")).evidence.second is Second.NONE


def test_without_an_amount_due_a_payment_speaks_of_the_total():
    page = drawn("""
        INVOICE
        Invoice No: 17
        Total amount         EUR 119.00
    """)
    doctype = doctypes.get("invoice")
    found = find_fields([page], doctype, ["grand_total"])
    [one] = heard(found, Witnesses(codes=[epc(amount="EUR911.00")]), doctype, pages=[page])
    assert one.flags == (Flag.CODE_DIFFERS,)


def test_money_may_be_owed_to_another_than_the_seller():
    assert field("seller_name", epc(name="Factor Bank plc")).evidence.second is Second.NONE


def test_a_number_that_the_payer_is_not_told_is_not_denied():
    assert field("invoice_number", epc(text="RE-2026-0018")).evidence.second is Second.NONE
    assert field("invoice_number", epc(text="RE-2026-00171")).evidence.second is Second.NONE


@pytest.mark.parametrize(
    "code",
    ["", "\n", "https://example.org", "BCD", "SPC\n0200", "BCD" + "\n" * 50, epc(head="BCE")],
)
def test_other_and_broken_codes_say_nothing(code):
    assert field("iban", code).evidence.second is Second.NONE
