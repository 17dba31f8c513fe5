"""Cut source code into string literals and the code around them: a small tokenizer for each family of languages.

It knows comments, escapes and raw strings, and no grammar: a regular expression of JavaScript that holds a lone quote
can mislead it until the end of that line, never further, because a plain string ends with its line.
"""

import re
from typing import NamedTuple

from tools.code.words import pascal


class Literal(NamedTuple):
    """One string; a line break in `text` is one in the file, so that a position in it tells its line."""

    text: str
    line: int
    at: int
    end: int


class Source(NamedTuple):
    """`code` is as long as the file, with comments and the insides of strings blanked out."""

    text: str
    code: str
    literals: tuple[Literal, ...]

    def line_of(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1


# repetitions of alternatives are possessive (`*+`): a string left open costs no more than reading to its end
C_COMMENT = r"(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"
HASH_COMMENT = r"(?P<comment>\#[^\n]*)"
DOUBLE = r'"(?P<double>(?:\\.|[^"\\\n])*+)"'
DOUBLE_LINES = r'"(?P<double>(?:\\.|[^"\\])*+)"'
SINGLE = r"'(?P<single>(?:\\.|[^'\\\n])*+)'"
SINGLE_LINES = r"'(?P<single>(?:\\.|[^'\\])*+)'"
TRIPLE = r'"""(?P<triple>.*?)"""'
CHARACTER = r"(?P<character>'(?:\\[^\n]{1,8}?|[^'\\\n])')"
TEMPLATE = r"`(?P<template>(?:\\.|\$\{(?:[^{}`]|\{[^{}]*+\}|`[^`]*+`)*+\}|[^`\\])*+)`"

JAVASCRIPT = (C_COMMENT, DOUBLE, SINGLE, TEMPLATE)
JAVA = (C_COMMENT, TRIPLE, DOUBLE, CHARACTER)
CSHARP = (C_COMMENT, r'"{3,}(?P<triple>.*?)"{3,}', r'\$?@\$?"(?P<verbatim>(?:""|[^"])*+)"', DOUBLE, CHARACTER)
GO = (C_COMMENT, r"`(?P<raw>[^`]*+)`", DOUBLE, CHARACTER)
RUST = (C_COMMENT, r'r(?P<fence>\#+)"(?P<fenced>.*?)"(?P=fence)', r'\br"(?P<raw>[^"]*+)"', DOUBLE_LINES, CHARACTER)
PHP = (
    r"(?P<comment>\?>.*?(?:<\?|\Z)|\A(?!<\?).*?(?:<\?|\Z)|//[^\n?]*|\#(?!\[)[^\n]*|/\*.*?(?:\*/|\Z))",
    r"<<<[ ]?[\"']?(?P<word>\w+)[\"']?\n(?P<heredoc>.*?)\n[ \t]*(?P=word)\b",
    DOUBLE_LINES,
    SINGLE_LINES,
)
RUBY = (
    r"(?P<comment>(?<![\w\"'])\#(?!\{)[^\n]*|^=begin.*?^=end)",
    r"<<[~-]?[\"'`]?(?P<word>[A-Z][A-Z0-9_]*)[\"'`]?(?P<rest>[^\n]*)\n(?P<heredoc>.*?)\n[ \t]*(?P=word)\b",
    DOUBLE_LINES,
    SINGLE,
    r"%[qQ]?(?:\{(?P<braced>(?:[^{}]|\{[^{}]*+\})*+)\}|\((?P<bracketed>(?:[^()]|\([^()]*+\))*+)\))",
)
ELIXIR = (HASH_COMMENT, TRIPLE, DOUBLE_LINES, r"~[sS]\((?P<bracketed>[^)]*+)\)", r"\?(?P<character>\\?[\"'])")

FAMILIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte"), JAVASCRIPT),
    **dict.fromkeys((".java", ".kt", ".kts", ".scala", ".groovy", ".swift"), JAVA),
    ".cs": CSHARP,
    ".go": GO,
    ".rs": RUST,
    ".php": PHP,
    **dict.fromkeys((".rb", ".rake"), RUBY),
    **dict.fromkeys((".ex", ".exs"), ELIXIR),
    ".prisma": (C_COMMENT, DOUBLE),
}

_COMPILED: dict[tuple[str, ...], re.Pattern[str]] = {
    family: re.compile("|".join(family), re.DOTALL | re.MULTILINE | re.VERBOSE) for family in set(FAMILIES.values())
}

_TEXTS = (
    "double single triple template verbatim raw fenced heredoc braced bracketed".split()  # noqa: SIM905
)
_PLAIN_BETWEEN = re.compile(r"\s*(?:[+.&]|<>|\\)?\s*")


def read(text: str, ending: str) -> Source:
    """Cut a file of one of FAMILIES' endings; raises nothing."""
    literals: list[Literal] = []
    kept: list[str] = []
    before = line = counted = 0
    for found in _COMPILED[FAMILIES[ending]].finditer(text):
        line += text.count("\n", counted, found.start())
        counted = found.start()
        kept += [text[before : found.start()], _blank(found.group())]
        before = found.end()
        group = next((name for name in _TEXTS if found.groupdict().get(name) is not None), None)
        if group is not None:
            start = line + 1 + text.count("\n", found.start(), found.start(group))
            literals.append(Literal(_meant(found[group], group), start, found.start(), found.end()))
    return Source(text, "".join(kept) + text[before:], tuple(_joined(literals, text)))


_OPENINGS = tuple("\"'`$@r<%~?")


def _blank(text: str) -> str:
    """Keep the first and last character, which tell a string from a comment, and the line breaks."""
    if text.startswith(("//", "/*", "#", "=begin", "?>")) or not text.startswith(_OPENINGS):
        return re.sub(r"[^\n]", " ", text)
    return text[0] + re.sub(r"[^\n]", " ", text[1:-1]) + text[-1] if len(text) > 1 else text


def _meant(text: str, group: str) -> str:
    """Resolve the escapes that matter to SQL, without a change in the number of line breaks."""
    if group in {"raw", "fenced", "verbatim"}:
        return text.replace('""', '"') if group == "verbatim" else text
    if "\\" not in text:
        return text
    return re.sub(r"\\(.)", lambda escape: " " if escape[1] in "nrt" else escape[1], text, flags=re.DOTALL)


def _joined(literals: list[Literal], text: str) -> list[Literal]:
    """Put together what the code concatenates: `"SELECT a " + "FROM t"`."""
    joined: list[Literal] = []
    for literal in literals:
        last = joined[-1] if joined else None
        between = text[last.end : literal.at] if last else ""
        if last and between and len(between) < 200 and _PLAIN_BETWEEN.fullmatch(between) and between.strip():
            here = last.line + last.text.count("\n")
            merged = last.text + "\n" * max(literal.line - here, 0) + literal.text
            joined[-1] = Literal(merged, last.line, last.at, literal.end)
        else:
            joined.append(literal)
    return joined


def attributes(code: str, names: frozenset[str]) -> list[tuple[int, str, str]]:
    """Find `receiver.name`, `receiver->name`, `.getName()`, `:name` and `name:`; give position, receiver and name."""
    every = {name: name for name in names} | {f"{verb}{pascal(n)}": n for n in names for verb in ("get", "set", "is")}
    words = "|".join(sorted(map(re.escape, every), key=len, reverse=True))
    pattern = rf"(?:\b(\w+)\s*(?:\(\s*\))?\s*(?:[?!]?\.|->|&\.|::)\s*|(?<![:\w]):|\b)({words})\b(?=(\s*:(?!:))?)"
    found = []
    for match in re.finditer(pattern, code):
        start = match.group()[: match.start(2) - match.start()]
        if start or match[3]:
            found.append((match.start(2), match[1] or "", every[match[2]]))
    return found
