import pytest

from protocol.clauses import Unclear, pieces, plain, words


@pytest.mark.parametrize(
    ("clause", "cut"),
    [
        ("a, b", ("a", "b")),
        ("f(a, b), c[1, 2]", ("f(a, b)", "c[1, 2]")),
        ("'x, y', \"p, q\"", ("'x, y'", '"p, q"')),
        ("'it''s, so', b", ("'it''s, so'", "b")),
        ("'(', b", ("'('", "b")),
        ("a,, b", ("a", "", "b")),
    ],
)
def test_a_clause_is_cut_at_its_own_commas_only(clause: str, cut: tuple[str, ...]) -> None:
    assert pieces(clause) == cut


@pytest.mark.parametrize(
    "clause",
    ["a)", "(a", "(a]", "'open", '"open', "a; b", "a -- b", "a /* b */", "$$a$$", "$tag$a$tag$", "E'a\\'b'", "U&'a'"],
)
def test_what_another_reader_may_end_elsewhere_is_refused(clause: str) -> None:
    with pytest.raises(Unclear):
        pieces(clause)


@pytest.mark.parametrize("clause", ["'a; b'", "'a -- b'", '"a; b"', "'$$'"])
def test_inside_of_quotes_everything_may_stand(clause: str) -> None:
    assert pieces(clause) == (clause,)


def test_words_come_without_spaces() -> None:
    assert words("a  IN ('x y', \"B c\")") == ("a", "IN", "(", "'x y'", ",", '"B c"', ")")


@pytest.mark.parametrize(("written", "name"), [("Abc", "abc"), ('"A ""b"" c"', 'A "b" c')])
def test_a_name_is_what_the_catalogue_makes_of_it(written: str, name: str) -> None:
    assert plain(written) == name
