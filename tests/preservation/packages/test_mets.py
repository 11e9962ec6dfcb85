"""METS and PREMIS of others: what can be read, what contradicts itself, and hostile XML."""

from datetime import UTC, datetime

import pytest

from apps.preservation.jailed import mets, premis

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
EVENT = """<p:event xmlns:p="http://www.loc.gov/premis/v3">
<p:eventIdentifier><p:eventIdentifierType>UUID</p:eventIdentifierType>
<p:eventIdentifierValue>1</p:eventIdentifierValue></p:eventIdentifier>
<p:eventType>ingestion</p:eventType><p:eventDateTime>2026-11-24T10:00:00Z</p:eventDateTime>
</p:event>"""
OBJECT = """<p:object xmlns:p="http://www.loc.gov/premis/v3"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="p:file">
<p:objectIdentifier><p:objectIdentifierType>UUID</p:objectIdentifierType>
<p:objectIdentifierValue>2</p:objectIdentifierValue></p:objectIdentifier>
<p:objectCharacteristics><p:size>12</p:size>
<p:format><p:formatDesignation><p:formatName>PDF</p:formatName></p:formatDesignation></p:format>
</p:objectCharacteristics></p:object>"""
METS = f"""<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink">
<metsHdr CREATEDATE="2026-11-24T10:00:00"/>
<amdSec ID="amd"><digiprovMD ID="d"><mdWrap MDTYPE="PREMIS:EVENT"><xmlData>{EVENT}</xmlData>
</mdWrap></digiprovMD></amdSec>
<fileSec><fileGrp><file ID="f" ADMID="amd"><FLocat LOCTYPE="URL" xlink:href="objects/a b.pdf"/>
</file></fileGrp></fileSec>
<structMap><div><fptr FILEID="f"/></div></structMap></mets>"""


def read(text):
    return mets.read(text.encode() if isinstance(text, str) else text, now=NOW)


def test_a_document_is_read():
    reading = read(METS)
    assert (reading.errors, reading.faults, reading.files) == ([], [], ["objects/a b.pdf"])
    [event] = reading.things
    assert (event.entity, event.identifiers) == ("event", (("UUID", "1"),))
    assert event.said["eventType"] == "ingestion"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('href="objects/a b.pdf"', 'href="http://a[b/c.pdf"'),
        ('href="objects/a b.pdf"', 'href="http://host:port/c.pdf"'),
        ('FILEID="f"', 'FILEID="g"'),
        ('ADMID="amd"', 'ADMID="amd gone"'),
        ('ID="d"', 'ID="amd"'),
        ("2026-11-24T10:00:00", "yesterday"),
        ("2026-11-24T10:00:00", "2027-11-24T10:00:00"),
        ("<div>", "<div/><div>"),
        ("structMap>", "structLink>"),
        ("structMap>", "structMap"),
        ("http://www.loc.gov/METS/", "http://example.org/METS/"),
    ],
)
def test_what_contradicts_itself_is_not_read(was, becomes):
    assert was in METS
    assert not read(METS.replace(was, becomes, 1 if "href" in was else -1)).parses


@pytest.mark.parametrize("raw", ["", "<mets", b"\x00\xff", "%PDF-1.7", "<html/>"])
def test_what_is_no_such_document_is_not_read(raw):
    assert not read(raw).parses


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE m [<!ENTITY a "b">]>',
        '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE m SYSTEM "http://example.org/m.dtd">',
        '<!DOCTYPE m [<!ENTITY % p SYSTEM "http://example.org/p"> %p;]>',
        '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_a_document_that_asks_for_more_than_being_read_is_refused(prologue):
    assert read(prologue + METS).errors == [
        "It has a document type of its own, which may say anything."
    ]


def test_a_document_without_end_is_refused():
    assert not read("<a>" * 100_000).parses


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("<p:eventType>ingestion</p:eventType>", ""),
        ("2026-11-24T10:00:00Z</p:eventDateTime>", "once</p:eventDateTime>"),
        ("eventIdentifierValue>", "eventIdentifierWorth>"),
    ],
)
def test_an_event_that_lacks_what_it_needs_is_faulted_and_read(was, becomes):
    reading = read(METS.replace(was, becomes))
    assert reading.parses
    assert reading.faults


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('xsi:type="p:file"', ""),
        ('xsi:type="p:file"', 'xsi:type="p:folder"'),
        ('xsi:type="p:file"', 'xsi:type="file"'),
        ('xsi:type="p:file"', 'xsi:type="p:intellectualEntity"'),
        ("<p:size>12</p:size>", "<p:size>a lot</p:size>"),
        ("<p:size>12</p:size>", "<p:size>12</p:size><p:size>12</p:size>"),
        ("<p:objectCharacteristics>", "<p:objectCharacteristics><p:originalName/>"),
    ],
)
def test_an_object_is_what_its_kind_says(was, becomes):
    assert read(OBJECT).faults == []
    assert read(OBJECT.replace(was, becomes)).faults


def test_of_an_older_version_only_what_identifies_is_asked():
    old = METS.replace("http://www.loc.gov/premis/v3", "info:lc/xmlns/premis-v2")
    assert (read(old).faults, len(read(old).things)) == ([], 1)
    assert read(old.replace("p:eventType", "p:eventKind")).faults == ["event has no eventType."]


def test_every_model_is_a_pattern():
    for named, model in {**premis.MODELS, **premis.OBJECTS}.items():
        assert model.count("(") == model.count(")"), named


@pytest.mark.parametrize("text", ["2026", "2026-11", "2026-11-25", "2026-11-25T10:00Z", "unknown"])
def test_times_may_be_less_than_exact(text):
    assert premis.is_time(text)
