"""Drawn documents: the same every time, true to what they claim, and nobody's."""

from __future__ import annotations

import ast
import random
import re
import sys
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from stdnum import iban
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat

from apps.extraction import synthetic
from apps.extraction.synthetic import FORMS, KINDS, draw, numbers, raster
from apps.extraction.synthetic.invoice.bill import compose
from apps.extraction.synthetic.language import LANGUAGES
from apps.extraction.synthetic.typeface import FONTS, typeface
from apps.extraction.synthetic.utopia import MONTHS

PACKAGE = Path(synthetic.__file__).parent
ALLOWED = {"apps", "numpy", "PIL", "pikepdf", *sys.stdlib_module_names}
INVOICE = (
    "invoice_number issue_date due_date seller_name seller_vat_id buyer_name currency "
    "net_total tax_total grand_total due_payable iban"
)
IDENTITY = "document_code issuer number nationality dob sex expiry surname given_names"
FIELDS = {
    "invoice": INVOICE,
    "credit_note": f"{INVOICE} corrected_invoice",
    "receipt": "company date total address tax subtotal currency",
    "passport": IDENTITY,
    "id_card_td1": IDENTITY,
    "id_card_td2": IDENTITY,
    "bank_statement": "bank_name account_holder iban bic account_number statement_date "
    "period_from period_to opening_balance closing_balance currency",
    "payslip": "employer employee employee_number social_security_number tax_number pay_period "
    "pay_date gross_pay income_tax social_contributions deductions net_pay iban currency",
    "tax_form": "authority taxpayer tax_number reference tax_year issue_date due_date "
    "taxable_income tax_due tax_paid amount_payable currency",
    "medical_form": "patient dob patient_number health_number insurer physician visit_date "
    "diagnosis_code",
    "form": "form_number date name",
    "agreement": "title contract_number first_party second_party effective_date signed_on",
    "letter": "sender recipient reference date subject",
}
SIGNS = {"GBP": "£", "EUR": "€", "MYR": "RM"}


def text_of(content: bytes) -> str:
    """The text layer of all pages without white space."""
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(pages).split())


def printed(value: str) -> set[str]:
    """The ways a normalised value may stand on paper, without white space."""
    ways = {value, SIGNS.get(value, value)}
    if len(value) == 10 and value[4] == value[7] == "-":
        day = date.fromisoformat(value)
        ways |= {language.day(day) for language in LANGUAGES.values()}
        ways |= {language.long_day(day) for language in LANGUAGES.values()}
        ways.add(f"{day:%d}{MONTHS[day.month - 1]}{day.year}")
    elif re.fullmatch(r"-?\d+\.\d\d", value):
        ways |= {language.number(Decimal(value)) for language in LANGUAGES.values()}
    return {"".join(way.split()) for way in ways}


def picture(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_in_every_form(kind: str, form: str) -> None:
    drawn = draw(kind, seed=3, form=form)
    if drawn.media_type == "application/pdf":
        assert len(pypdfium2.PdfDocument(drawn.content)) >= 1
    else:
        assert picture(drawn.content).get_format_mimetype() == drawn.media_type
    assert drawn.truth == draw(kind, seed=3).truth
    assert drawn.name.endswith(FORMS[form].ending)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_arguments_give_equal_bytes(kind: str) -> None:
    assert draw(kind, seed=5) == draw(kind, seed=5)


@pytest.mark.parametrize("form", ["scan.pdf", "png", "jpeg", "tiff"])
def test_wear_is_as_repeatable_as_the_drawing(form: str) -> None:
    assert draw("receipt", seed=5, worn=0.6, form=form) == draw(
        "receipt", seed=5, worn=0.6, form=form
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_seed_is_another_document(kind: str) -> None:
    drawn = [draw(kind, seed=seed) for seed in range(6)]
    assert len({one.content for one in drawn}) == 6
    assert len({tuple(one.truth.items()) for one in drawn}) == 6


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_has_the_fields_of_its_class(kind: str) -> None:
    assert set(draw(kind, seed=1).truth) == set(FIELDS[kind].split())


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", KINDS)
def test_the_text_layer_says_what_the_truth_says(kind: str, seed: int) -> None:
    drawn = draw(kind, seed=seed)
    text = text_of(drawn.content)
    values = dict(drawn.truth)
    address = "".join(values.pop("address", "").split()).replace(",", "")
    assert address in text.replace(",", "")  # its lines are joined by a comma that is not printed
    text += text.replace("-", "")  # some numbers are printed in groups
    missing = {name for name, value in values.items() if not any(w in text for w in printed(value))}
    assert not missing


@pytest.mark.parametrize("kind", KINDS)
def test_the_picture_and_the_pdf_look_the_same(kind: str) -> None:
    sheet = KINDS[kind](random.Random(f"{kind}/2"), single=False).sheets[0]
    ours = raster.render(sheet).convert("L")
    page = pypdfium2.PdfDocument(draw(kind, seed=2).content)[0]
    theirs = page.render(scale=sheet.dpi / 72).to_pil().convert("L").resize(ours.size)
    apart = np.abs(np.asarray(ours, dtype=np.int16) - np.asarray(theirs, dtype=np.int16))
    assert apart.mean() < 3.5


def test_fonts_are_embedded_with_a_map_to_unicode() -> None:
    with pikepdf.open(BytesIO(draw("invoice", seed=4).content)) as document:
        fonts = document.pages[0].Resources.Font
        assert len(fonts) >= 2
        for font in fonts.values():
            assert "/ToUnicode" in font
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor


@pytest.mark.parametrize("seed", range(30))
def test_an_invoice_adds_up(seed: int) -> None:
    bill = compose(random.Random(seed))
    assert bill.net == sum(line.amount for line in bill.lines)
    assert bill.gross == bill.net + bill.tax
    assert bill.payable == bill.gross - bill.deposit
    for rate, net in bill.nets.items():
        assert abs(bill.taxes[rate] - net * rate / 100) <= Decimal("0.005")


@pytest.mark.parametrize("seed", range(12))
def test_a_receipt_adds_up(seed: int) -> None:
    truth = draw("receipt", seed=seed).truth
    assert Decimal(truth["subtotal"]) + Decimal(truth["tax"]) == Decimal(truth["total"])


@pytest.mark.parametrize("seed", range(12))
def test_the_columns_of_a_statement_lead_from_the_opening_to_the_closing_balance(
    seed: int,
) -> None:
    (sheet,) = KINDS["bank_statement"](random.Random(f"bank_statement/{seed}"), single=True).sheets
    truth = draw("bank_statement", seed=seed).truth
    amounts = {"out": Decimal(), "in": Decimal()}
    for run in sheet.runs:
        column = {136: "out", 163: "in"}.get(round(run.box[2]))
        figures = "".join(one for one in run.text if one.isdigit())
        if column and figures:
            amounts[column] += Decimal(figures) / 100
    # The bookings and their total stand in the same column.
    moved = (amounts["in"] - amounts["out"]) / 2
    assert Decimal(truth["opening_balance"]) + moved == Decimal(truth["closing_balance"])


@pytest.mark.parametrize("country", ["DE", "FR", "GB", "IE"])
def test_numbers_pass_the_checks_of_others(country: str) -> None:
    rng = random.Random(country)
    for _ in range(50):
        assert iban.is_valid(numbers.iban(country, rng))
        tax_number = numbers.vat_id(country, rng)
        judge = gb_vat if country == "GB" else eu_vat
        assert judge.is_valid(tax_number)


def test_the_machine_readable_zone_is_that_of_the_standard() -> None:
    upper, lower = numbers.mrz(
        issuer="UTO",
        surname="ERIKSSON",
        given_names="ANNA MARIA",
        number="L898902C3",
        nationality="UTO",
        dob=date(1974, 8, 12),
        sex="F",
        expiry=date(2012, 4, 15),
        personal="ZE184226B",
    )
    assert upper == "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    assert lower == "L898902C36UTO7408122F1204159ZE184226B<<<<<10"


@pytest.mark.parametrize("seed", range(12))
def test_a_passport_says_the_same_to_people_and_machines(seed: int) -> None:
    drawn = draw("passport", seed=seed)
    text, truth = text_of(drawn.content), drawn.truth
    assert "SPECIMEN" in text
    number, dob = truth["number"], truth["dob"][2:].replace("-", "")
    expiry = truth["expiry"][2:].replace("-", "")
    lower = (
        f"{number}{numbers.mrz_check_digit(number)}UTO"
        f"{dob}{numbers.mrz_check_digit(dob)}{truth['sex']}"
        f"{expiry}{numbers.mrz_check_digit(expiry)}"
    )
    assert lower in text


@pytest.mark.parametrize("kind", ["receipt", "passport", "letter"])
def test_worn_paper_keeps_its_size_and_its_print(kind: str) -> None:
    clean, worn = (draw(kind, seed=7, worn=worn, form="jpeg") for worn in (0.0, 1.0))
    before, after = picture(clean.content), picture(worn.content)
    assert before.size == after.size
    assert 0.3 < len(worn.content) / len(clean.content) < 5
    assert np.percentile(np.asarray(after.convert("L")), 0.5) < 140  # there is dark print yet


def test_more_wear_is_further_from_the_clean_picture() -> None:
    clean, little, much = (
        np.asarray(picture(draw("receipt", seed=2, worn=worn, form="png").content), dtype=float)
        for worn in (0.0, 0.3, 0.9)
    )
    assert np.abs(clean - little).mean() < np.abs(clean - much).mean()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", ["invoice", "agreement"])
def test_what_becomes_a_single_picture_takes_one_page(kind: str, seed: int) -> None:
    draft = KINDS[kind](random.Random(f"{kind}/{seed}"), single=True)
    assert len(draft.sheets) == 1


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written_beyond_the_paper_or_over_other_text(kind: str, seed: int) -> None:
    for sheet in KINDS[kind](random.Random(f"{kind}/{seed}"), single=False).sheets:
        runs = [run for run in sheet.runs if run.text.strip() and not run.turn]
        boxes = sorted(run.box for run in runs)
        for left, top, right, bottom in boxes:
            assert min(left, top) > 0
            assert right < sheet.width
            assert bottom < sheet.height
        for place, one in enumerate(boxes):
            for other in boxes[place + 1 :]:
                apart = one[2] <= other[0] or one[3] - 0.6 <= other[1] or other[3] - 0.6 <= one[1]
                assert apart, (one, other)


def test_what_cannot_be_drawn_is_refused() -> None:
    for wrong in ({"kind": "poem"}, {"form": "docx"}, {"worn": 1.5}, {"worn": 0.5}):
        with pytest.raises(ValueError, match=r"draw|worn"):
            draw(**{"kind": "letter", "seed": 1, "form": "pdf", "worn": 0.0, **wrong})


def test_fonts_space_letters_as_their_tables_say() -> None:
    for file in FONTS.glob("*.ttf"):
        face = typeface(file.stem)
        assert len({face.advance(figure) for figure in "0123456789"}) == 1 or "Italic" in file.stem
    sans = typeface("Inter-Regular")
    assert sans.pens("AV")[-1] < sans.advance("A") + sans.advance("V")
    assert sans.pens("") == [0.0]
    with pytest.raises(ValueError, match=r"U\+6F22"):
        sans.advance("漢")


def test_the_package_needs_no_framework() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert {name.split(".")[0] for name in names} <= ALLOWED, path.name
