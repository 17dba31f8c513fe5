import pytest

from agent.chat.visible import visible


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("a\x1b[31mb", "a‹U+001B›[31mb"),
        ("a\u202eb", "a‹U+202E›b"),
        ("a\u2066b", "a‹U+2066›b"),
        ("a\u200bb", "a‹U+200B›b"),
        ("a\ufeffb", "a‹U+FEFF›b"),
        ("a\u00adb", "a‹U+00AD›b"),
        ("a\u00a0b", "a‹U+00A0›b"),
        ("a\u2028b", "a‹U+2028›b"),
        ("a\ufe0fb", "a‹U+FE0F›b"),
        ("a\U000e0041b", "a‹U+E0041›b"),
        ("a\u3164b", "a‹U+3164›b"),
        ("a\x00b", "a‹U+0000›b"),
        ("a\x9bb", "a‹U+009B›b"),
    ],
)
def test_what_a_terminal_hides_is_written_as_its_code(hidden: str, shown: str) -> None:
    assert visible(hidden) == shown


def test_text_for_people_stays_as_it_is() -> None:
    assert visible("SELECT 'é, ü, 日本, ✓'\nFROM t") == "SELECT 'é, ü, 日本, ✓'\nFROM t"


def test_line_ends_and_tabs_cannot_overwrite_a_line() -> None:
    assert visible("a\rb\r\nc\td") == "a\nb\nc    d"
