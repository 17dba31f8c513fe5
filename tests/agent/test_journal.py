import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.journal import FILE, Journal, JournalBroken, read
from protocol.errors import Refused
from protocol.events import Entry, Move, Narrative, RequestMade, Told


def told(*texts: str) -> tuple[Told, ...]:
    return tuple(Told(text=text) for text in texts)


def write(folder: Path, *events: Move | Narrative) -> list[Entry]:
    with Journal(folder) as journal:
        return [journal.append(event) for event in events]


def test_what_was_appended_is_read_back(
    tmp_path: Path, run_events: Callable[..., tuple[Move | Narrative, ...]]
) -> None:
    entries = write(tmp_path, *run_events())

    assert list(read(tmp_path / FILE)) == entries
    assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))


def test_a_journal_opened_again_goes_on_with_its_numbers(tmp_path: Path) -> None:
    write(tmp_path, *told("one", "two"))
    write(tmp_path, *told("three"))

    assert [(entry.n, entry.event) for entry in read(tmp_path / FILE)] == list(
        enumerate(told("one", "two", "three"), start=1)
    )


def test_text_with_newlines_and_strange_characters_stays_on_one_line(tmp_path: Path) -> None:
    strange = told("two\nlines\r\n\x00\u2028\x85", "📜 größe", '"quoted" \\n')
    write(tmp_path, *strange)

    assert [entry.event for entry in read(tmp_path / FILE)] == list(strange)
    assert (tmp_path / FILE).read_bytes().count(b"\n") == 3


def test_there_is_nothing_to_read_where_no_journal_is(tmp_path: Path) -> None:
    assert list(read(tmp_path / FILE)) == []


def test_an_event_is_on_disk_before_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_disk: list[bytes] = []
    real = os.fsync
    with Journal(tmp_path) as journal:

        def noting(descriptor: int) -> None:
            real(descriptor)
            on_disk.append(journal.path.read_bytes())

        monkeypatch.setattr(os, "fsync", noting)
        journal.append(Told(text="one"))
        journal.append(Told(text="two"))

        assert [content.count(b"\n") for content in on_disk] == [1, 2]


def test_what_cannot_be_written_leaves_no_trace_and_the_next_event_has_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(tmp_path) as journal:
        journal.append(Told(text="one"))

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(JournalBroken, match="cannot be written: No space left on device"):
                journal.append(Told(text="lost"))

        assert journal.append(Told(text="two")).n == 2

    assert [entry.event for entry in read(tmp_path / FILE)] == list(told("one", "two"))


def test_a_write_torn_at_any_byte_is_cut_off_and_the_journal_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "whole", *told("one", "größer"), RequestMade(words="add", target_alias="shop"))
    content = (tmp_path / "whole" / FILE).read_bytes()
    last_line = content.rstrip(b"\n").rfind(b"\n") + 1
    for end in range(last_line, len(content)):
        folder = tmp_path / str(end)
        folder.mkdir()
        (folder / FILE).write_bytes(content[:end])
        whole_but_for_its_newline = end == len(content) - 1
        expected = 3 if whole_but_for_its_newline else 2

        assert len(list(read(folder / FILE))) == expected, end
        assert [entry.n for entry in write(folder, *told("after"))] == [expected + 1], end
        assert [entry.n for entry in read(folder / FILE)] == list(range(1, expected + 2)), end


def test_a_first_write_that_was_torn_leaves_an_empty_journal(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b'{"n":1,"at"')

    assert write(tmp_path, *told("one"))[0].n == 1


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut in the middle": lambda line: line[: len(line) // 2],
    "not JSON": lambda _: b"hello",
    "empty": lambda _: b"",
    "not UTF-8": lambda line: line.replace(b"two", b"\xff\xfe"),
    "an unknown event": lambda line: line.replace(b"told", b"sung"),
    "a field too many": lambda line: line.replace(b'"text"', b'"more":1,"text"'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_line_is_named_with_its_file_and_number(damage: str, tmp_path: Path) -> None:
    write(tmp_path, *told("one", "two", "three"))
    path = tmp_path / FILE
    lines = path.read_bytes().splitlines()
    lines[1] = DAMAGES[damage](lines[1])
    path.write_bytes(b"\n".join(lines) + b"\n")
    before = path.read_bytes()

    with pytest.raises(JournalBroken) as from_reading:
        list(read(path))
    with pytest.raises(JournalBroken):
        Journal(tmp_path)

    assert f"{path}, line 2" in from_reading.value.message
    assert "nothing was changed" in from_reading.value.message
    assert path.read_bytes() == before


@pytest.mark.parametrize(("kept", "line"), [((0, 1, 1, 2), 3), ((0, 2), 2), ((1, 2), 1), ((0, 2, 1), 2)])
def test_a_line_that_is_missing_or_doubled_is_noticed(kept: tuple[int, ...], line: int, tmp_path: Path) -> None:
    write(tmp_path, *told("one", "two", "three"))
    path = tmp_path / FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[i] for i in kept))

    with pytest.raises(JournalBroken, match=f"line {line}: .* missing or doubled"):
        list(read(path))


def test_a_broken_journal_keeps_no_lock(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(b"hello\n\n")
    with pytest.raises(JournalBroken):
        Journal(tmp_path)
    path.write_bytes(b"")

    assert write(tmp_path, *told("one"))[0].n == 1


def test_a_second_writer_is_refused_and_told_why(tmp_path: Path) -> None:
    folder = tmp_path / "1122-1530-ab12"
    with Journal(folder) as journal:
        journal.append(Told(text="one"))
        with pytest.raises(Refused, match="Another whimbrel works on this run \\(1122-1530-ab12\\)"):
            Journal(folder)

        assert journal.append(Told(text="two")).n == 2

    assert write(folder, *told("three"))[0].n == 3


def test_another_process_is_refused_too_and_may_write_once_the_first_is_gone(tmp_path: Path) -> None:
    program = f"from agent.journal import Journal\nfrom pathlib import Path\nJournal(Path({str(tmp_path)!r}))"
    with Journal(tmp_path):
        refused = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    allowed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)

    assert "this one did nothing" in refused.stderr
    assert allowed.returncode == 0


def test_a_reader_needs_no_lock_and_takes_none(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(Told(text="one"))
        reading = read(journal.path)

        assert next(reading).n == 1
        assert journal.append(Told(text="two")).n == 2
    next(read(tmp_path / FILE))

    assert write(tmp_path, *told("three"))[0].n == 3


def test_only_the_person_may_look_into_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "run", *told("one"))

    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700
