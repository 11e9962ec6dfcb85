"""Bags of others: what is valid in which version, and what leaves the bag."""

import hashlib

import pytest

from apps.preservation.packages.bag_check import check

HELLO = b"hello\n"


def digest(content, algorithm="sha256"):
    return hashlib.new(algorithm, content).hexdigest()


class Made:
    """A bag in a folder, to be spoilt in one place."""

    def __init__(self, folder, version="1.0", encoding="UTF-8"):
        self.folder = folder
        (folder / "data").mkdir(parents=True)
        self.put(
            "bagit.txt", f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n"
        )
        self.put("data/hello.txt", HELLO)
        self.manifest(f"{digest(HELLO)}  data/hello.txt\n")

    def put(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def manifest(self, text, name="manifest-sha256.txt"):
        self.put(name, text)

    def list_also(self, line, name="manifest-sha256.txt"):
        self.put(name, (self.folder / name).read_text() + line)

    def verdict(self):
        return check(self.folder)


@pytest.fixture
def bag(tmp_path):
    return Made(tmp_path / "bag")


@pytest.fixture
def old(tmp_path):
    return Made(tmp_path / "old", "0.97")


def test_a_plain_bag_is_valid_without_a_word(bag):
    verdict = bag.verdict()
    assert (verdict.valid, verdict.errors, verdict.warnings) == (True, [], [])


@pytest.mark.parametrize("version", ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"])
@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
def test_every_version_and_every_end_of_line_is_read(tmp_path, version, ending):
    bag = Made(tmp_path, version)
    for name in ("bagit.txt", "manifest-sha256.txt"):
        bag.put(name, (tmp_path / name).read_text().replace("\n", ending))
    assert bag.verdict().valid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BagIt-Version: 1.0\n",
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nMore: of it\n",
        "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n",
        "BagIt-Version: 9.7\nTag-File-Character-Encoding: UTF-8\n",
        "BagIt-Version: one\nTag-File-Character-Encoding: UTF-8\n",
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-9\n",
        "bagit-version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_declaration_is_two_lines_that_say_what_they_must(bag, text):
    bag.put("bagit.txt", text)
    assert not bag.verdict().valid


@pytest.mark.parametrize("name", ["bagit.txt", "manifest-sha256.txt", "data/hello.txt"])
def test_what_a_bag_needs_is_missed(bag, name):
    (bag.folder / name).unlink()
    assert not bag.verdict().valid


def test_a_bag_without_its_folder_is_none(bag):
    (bag.folder / "data/hello.txt").unlink()
    (bag.folder / "data").rmdir()
    bag.manifest("")
    assert bag.verdict().errors == ["There is no folder data."]


def test_an_empty_payload_is_a_payload(bag):
    (bag.folder / "data/hello.txt").unlink()
    bag.manifest("")
    assert bag.verdict().valid


def test_what_was_changed_is_named(bag):
    bag.put("data/hello.txt", b"other\n")
    assert bag.verdict().errors == ["'data/hello.txt' is not as manifest-sha256.txt says."]


def test_what_was_added_is_named(bag):
    bag.put("data/more.txt", b"")
    [error] = bag.verdict().errors
    assert "'data/more.txt'" in error


def test_one_of_several_manifests_was_enough_before_the_last_version(tmp_path):
    for version, valid in (("0.97", True), ("1.0", False)):
        bag = Made(tmp_path / version, version)
        bag.put("data/more.txt", b"more")
        bag.manifest(f"{digest(b'more', 'md5')}  data/more.txt\n", "manifest-md5.txt")
        assert bag.verdict().valid is valid


def test_digests_of_tag_files_are_checked_and_need_not_be_complete(bag):
    bag.put("README", "nothing")
    bag.manifest(f"{digest(b'nothing')} README\n", "tagmanifest-sha256.txt")
    assert bag.verdict().valid
    bag.put("README", "something")
    assert not bag.verdict().valid
    (bag.folder / "README").unlink()
    assert not bag.verdict().valid


@pytest.mark.parametrize(
    ("manifest", "line"),
    [
        ("manifest-sha256.txt", "bagit.txt"),
        ("tagmanifest-sha256.txt", "data/hello.txt"),
        ("tagmanifest-sha256.txt", "tagmanifest-md5.txt"),
    ],
)
def test_a_manifest_lists_only_what_it_is_of(bag, manifest, line):
    bag.put("tagmanifest-md5.txt", "")
    bag.put(manifest, f"{digest(HELLO)}  data/hello.txt\n" if manifest[0] == "m" else "")
    content = (bag.folder / line).read_bytes()
    bag.list_also(f"{digest(content)}  {line}\n", manifest)
    assert not bag.verdict().valid


OUTSIDE = [
    "/etc/passwd", "../outside.txt", "data/../../outside.txt", "data/../bagit.txt", "~/secret.txt",
    "~root/secret.txt", "C:\\Windows\\win.ini", "c:/windows/win.ini", "\\\\server\\share\\a.txt",
    "\\\\?\\UNC\\server\\a.txt", "//server/share/a.txt", "%HOMEDRIVE%\\a.txt", "$HOME/a.txt",
    "data\\..\\..\\outside.txt", "bagit.txt",
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("version", ["0.97", "1.0"])
def test_nothing_leads_out_of_the_payload(tmp_path, path, version):
    for name in ("manifest-sha256.txt", "fetch.txt"):
        bag = Made(tmp_path / name, version)
        before = f"{digest(b'')}  " if name.startswith("m") else "https://example.org/a 1 "
        bag.put(name, ((bag.folder / name).read_text() if name[0] == "m" else "") + before + path)
        assert not bag.verdict().valid


def test_a_link_is_not_followed(bag, tmp_path):
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (bag.folder / "data/link.txt").symlink_to(tmp_path / "secret.txt")
    bag.list_also(f"{digest(b'secret')}  data/link.txt\n")
    assert bag.verdict().errors == ["A link is in the bag."]


def test_what_was_to_be_fetched_must_be_there_and_listed(bag):
    bag.put("fetch.txt", f"https://example.org/hello.txt {len(HELLO)} data/hello.txt\n")
    assert bag.verdict().valid
    bag.put("fetch.txt", "https://example.org/hello.txt 999 data/hello.txt\n")
    assert not bag.verdict().valid
    bag.put("fetch.txt", "https://example.org/more.txt - data/more.txt\n")
    assert not bag.verdict().valid
    bag.list_also(f"{digest(b'more')}  data/more.txt\n")
    assert bag.verdict().errors == ["'data/more.txt' is listed in manifest-sha256.txt and missing."]
    bag.put("fetch.txt", "data/hello.txt\n")
    assert not bag.verdict().valid


def test_a_name_listed_twice_is_odd_if_the_digests_agree_and_wrong_if_not(bag):
    bag.list_also(f"{digest(HELLO).upper()}  data/hello.txt\n")
    verdict = bag.verdict()
    assert verdict.valid
    assert verdict.warnings
    bag.list_also(f"{digest(b'other')}  data/hello.txt\n")
    assert not bag.verdict().valid


def test_names_are_the_same_however_their_accents_are_composed(old):
    old.put("data/N\u00fa\u00f1ez", b"")
    old.list_also(f"{digest(b'')}  data/Nu\u0301n\u0303ez\n")
    verdict = old.verdict()
    assert verdict.valid
    assert len(verdict.warnings) == 1


def test_two_spellings_of_one_name_are_odd_and_one_that_is_missing_is_wrong(old):
    old.list_also(f"{digest(HELLO)}  data/HELLO.txt\n")
    verdict = old.verdict()
    assert verdict.valid
    assert verdict.warnings
    old.manifest(f"{digest(HELLO)}  data/HELLO.txt\n")
    assert not old.verdict().valid


@pytest.mark.parametrize("written", ["*data/hello.txt", "./data/hello.txt"])
def test_what_tools_put_before_a_name_is_odd(bag, written):
    bag.manifest(f"{digest(HELLO)} {written}\n")
    verdict = bag.verdict()
    assert verdict.valid
    assert verdict.warnings


def test_escapes_are_of_the_last_version_and_of_three_characters_only(tmp_path):
    new = Made(tmp_path / "new")
    new.put("data/100%\n%7E.txt", b"")
    new.list_also(f"{digest(b'')}  data/100%25%0a%7E.txt\n")
    assert new.verdict().valid
    before = Made(tmp_path / "before", "0.97")
    before.put("data/%25.txt", b"")
    before.list_also(f"{digest(b'')}  data/%25.txt\n")
    assert before.verdict().valid


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "UTF-16"])
def test_tag_files_are_in_the_encoding_that_the_bag_names(tmp_path, encoding):
    bag = Made(tmp_path, encoding=encoding)
    text = f"{digest(HELLO)}  data/hello.txt\n{digest(b'')}  data/ü.txt\n"
    bag.put("data/ü.txt", b"")
    bag.put("manifest-sha256.txt", text.encode(encoding))
    assert bag.verdict().valid
    bag.put("manifest-sha256.txt", b"\xff\xfe\xd8\x00\xff")
    assert not bag.verdict().valid


@pytest.mark.parametrize(
    ("info", "valid"),
    [
        ("Contact-Name: A\nContact-Name: B\n  who is also C\n", True),
        (f"Payload-Oxum: {len(HELLO)}.1\n", True),
        (f"payload-oxum: {len(HELLO)}.2\n", False),
        (f"Payload-Oxum: {len(HELLO)}.1\nPayload-Oxum: 9.9\n", False),
        ("Payload-Oxum: many\n", False),
        ("no label at all\n", False),
        (": no label\n", False),
    ],
)
def test_what_a_bag_says_of_itself_is_compared(bag, info, valid):
    bag.put("bag-info.txt", info)
    assert bag.verdict().valid is valid


@pytest.mark.parametrize("name", ["manifest-crc32.txt", "manifest-shake_128.txt"])
def test_a_digest_that_cannot_be_computed_proves_nothing(bag, name):
    bag.put(name, "00000000  data/hello.txt\n")
    assert not bag.verdict().valid


def test_a_line_that_is_no_entry_is_wrong(bag):
    bag.list_also("data/hello.txt\n")
    assert not bag.verdict().valid
