"""Models of the mappers outside Python, read with patterns from code whose comments and strings are known."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from tools.code.literals import Source
from tools.code.models import Field, Model
from tools.code.words import plural, snake

MOST_MODELS = 500
LONGEST_BLOCK = 20_000
"""Per file and characters: what a person writes stays far below, and braces made to mislead do not cost minutes."""

Reader = Callable[[Source], Iterator[Model]]


def models_in(source: Source, ending: str) -> tuple[Model, ...]:
    """Return every class, struct or schema that is mapped to a table."""
    return tuple(model for reader in READERS.get(ending, ()) for model in islice(reader(source), MOST_MODELS))


def _block(source: Source, at: int) -> tuple[int, int]:
    """Return where the block that opens after `at` begins and ends, by its braces outside strings."""
    start = source.code.find("{", at)
    if start < 0:
        return at, at
    depth = 0
    end = min(start + LONGEST_BLOCK, len(source.code))
    for found in re.compile(r"[{}]").finditer(source.code, start, end):
        depth += 1 if found.group() == "{" else -1
        if depth == 0:
            return start, found.start()
    return start, end


def _in(source: Source, span: tuple[int, int], pattern: str) -> Iterator[re.Match[str]]:
    """Match against the text with its strings, but only where the match begins in code."""
    for found in re.compile(pattern, re.MULTILINE | re.DOTALL).finditer(source.text, *span):
        if source.code[found.start()] == source.text[found.start()]:
            yield found


def _fields(
    source: Source, span: tuple[int, int], pattern: str, naming: Callable[[str], str] = str
) -> tuple[Field, ...]:
    """Read fields by a pattern with the groups `name` and, where the code names it, `column`."""
    return tuple(
        Field(
            found["name"], found.groupdict().get("column") or naming(found["name"]), source.line_of(found.start("name"))
        )
        for found in _in(source, span, pattern)
    )


# --- JavaScript and TypeScript -------------------------------------------------------------------------------------

_OPTIONS = r"\((?P<options>(?:[^()]|\((?:[^()]|\([^()]*+\))*+\))*+)\)"
"""What stands in the parentheses of a decorator or an annotation, up to three deep."""


def _option(options: str | None, *names: str) -> str:
    """Return the text that an option is given: `name: "users"` or `name = "users"`; empty when it is not there."""
    found = re.search(rf"""\b(?:{"|".join(names)})\s*[:=]\s*["'`]([^"'`]+)["'`]""", options or "")
    return found[1] if found else ""


def _typeorm(source: Source) -> Iterator[Model]:
    """TypeORM's entities, and sequelize-typescript's; `@Column("varchar")` names a type, not a column."""
    head = rf"@(?:Entity|Table)\s*{_OPTIONS}[^{{}}]*?\bclass\s+(?P<name>\w+)"
    member = (
        rf"@\w*Column\s*{_OPTIONS}\s*(?:@\w+\([^)]*\)\s*)*"
        r"(?:(?:public|private|protected|readonly|declare)\s+)*(?P<name>\w+)"
    )
    for found in _in(source, (0, len(source.text)), head):
        positional = re.match(r"""\s*["'`]([^"'`]+)["'`]""", found["options"])
        table = positional[1] if positional else _option(found["options"], "name", "tableName")
        fields = tuple(
            Field(
                one["name"], _option(one["options"], "name", "field") or one["name"], source.line_of(one.start("name"))
            )
            for one in _in(source, _block(source, found.end()), member)
        )
        line = source.line_of(found.start())
        yield Model(found["name"], table or snake(found["name"]), line, "TypeORM entity", fields)


def _sequelize(source: Source) -> Iterator[Model]:
    head = r"""(?:\.define\(\s*["'`](?P<defined>\w+)["'`]|\b(?P<class>[A-Z]\w*)\.init\()\s*,?\s*(?=\{)"""
    for found in _in(source, (0, len(source.text)), head):
        name = found["defined"] or found["class"]
        span = _block(source, found.end() - 1)
        table = re.compile(r"""tableName:\s*["'`]([^"'`]+)["'`]""").search(source.text, span[1], span[1] + 1_000)
        pattern = (
            r"(?:(?<=\{)|(?<=,))\s*(?P<name>\w+):\s*"
            r"""(?:\{(?:(?!\bfield:)[^{}])*(?:\bfield:\s*["'`](?P<column>[^"'`]+))?|DataTypes|Sequelize)"""
        )
        fields = _fields(source, span, pattern)
        yield Model(name, table[1] if table else plural(name), source.line_of(found.start()), "Sequelize model", fields)


def _drizzle(source: Source) -> Iterator[Model]:
    head = (
        r"""\b(?:const|let|var)\s+(?P<name>\w+)\s*=\s*(?:\w+\.)?(?:\w*[tT]able)\(\s*["'`](?P<table>[^"'`]+)["'`]\s*,"""
    )
    for found in _in(source, (0, len(source.text)), head):
        pattern = r"""(?:(?<=\{)|(?<=,))\s*(?P<name>\w+):\s*\w+\(\s*(?:["'`](?P<column>[^"'`]+)["'`])?"""
        fields = _fields(source, _block(source, found.end()), pattern)
        yield Model(found["name"], found["table"], source.line_of(found.start()), "Drizzle table", fields)


def _prisma(source: Source) -> Iterator[Model]:
    for found in _in(source, (0, len(source.text)), r"^\s*model\s+(?P<name>\w+)\s*(?=\{)"):
        span = _block(source, found.end())
        table = re.compile(r'@@map\(\s*(?:name:\s*)?"([^"]+)"').search(source.text, *span)
        pattern = r'^[ \t]+(?P<name>\w+)[ \t]+\w+(?:\[\]|\?)?(?:[^\n]*?[^@]@map\(\s*(?:name:\s*)?"(?P<column>[^"]+)")?'
        name = found["name"]
        yield Model(
            name,
            table[1] if table else name,
            source.line_of(found.start("name")),
            "Prisma model",
            _fields(source, span, pattern),
        )


# --- Java, Kotlin, C# ----------------------------------------------------------------------------------------------


_ANNOTATIONS = r"(?P<annotations>(?:@[\w:.]++\s*+(?:\((?:[^()]|\((?:[^()]|\([^()]*+\))*+\))*+\)\s*+)?)*+)"


def _jpa(source: Source) -> Iterator[Model]:
    """Hibernate's entities; Kotlin declares the fields before the braces, in the constructor."""
    head = rf"{_ANNOTATIONS}(?:(?:public|final|abstract|open|data)\s+)*\b(?:class|record)\s+(?P<name>\w+)"
    member = (
        rf"{_ANNOTATIONS}(?:(?:private|protected|public|final|override|lateinit)\s+)*"
        r"(?:\b(?:val|var)\s+(?P<name>\w+)\s*:"
        r"|\b[A-Za-z][\w.]*(?:<[\w, ?<>]*>)?(?:\[\])?\s+(?P<field>\w+)\s*(?:=[^;{}]*)?;)"
    )
    for found in _in(source, (0, len(source.text)), head):
        if "@Entity" not in found["annotations"]:
            continue
        table = re.search(r"@Table\s*\((.*)", found["annotations"], re.DOTALL)
        fields = tuple(
            Field(
                name,
                _column(one["annotations"]) or snake(name),
                source.line_of(one.start("name" if one["name"] else "field")),
            )
            for one in _in(source, (found.end(), _block(source, found.end())[1]), member)
            if (name := one["name"] or one["field"])
        )
        line = source.line_of(found.start("name"))
        name = _option(table[1], "name") if table else ""
        yield Model(found["name"], name or snake(found["name"]), line, "JPA entity", fields)


def _column(annotations: str) -> str:
    found = re.search(r"@(?:\w+:)?(?:Join)?Column\s*\((.*)", annotations, re.DOTALL)
    return _option(found[1], "name") if found else ""


def _entity_framework(source: Source) -> Iterator[Model]:
    for found in _in(
        source, (0, len(source.text)), r'\[Table\("(?P<table>[^"]+)"[^\]]*\][^{}]*?\bclass\s+(?P<name>\w+)'
    ):
        pattern = (
            r'(?:\[Column\("(?P<column>[^"]+)"[^\]]*\]\s*)?(?:\[[^\]]*\]\s*)*'
            r"public\s+(?:virtual\s+|required\s+)*[\w<>?\[\].]+\s+(?P<name>\w+)\s*\{"
        )
        fields = _fields(source, _block(source, found.end()), pattern)
        yield Model(found["name"], found["table"], source.line_of(found.start()), "Entity Framework entity", fields)


# --- Ruby, PHP, Elixir, Go, Rust -----------------------------------------------------------------------------------


def _active_record(source: Source) -> Iterator[Model]:
    head = r"^[ \t]*class\s+(?P<name>[\w:]+)\s*<\s*(?:::)?(?:ApplicationRecord|ActiveRecord::Base)\b"
    found_all = list(_in(source, (0, len(source.text)), head))
    for i, found in enumerate(found_all):
        end = found_all[i + 1].start() if i + 1 < len(found_all) else len(source.text)
        table = re.compile(r"""self\.table_name\s*=\s*["':]([\w.]+)""").search(source.text, found.end(), end)
        ignored = re.compile(r"ignored_columns\s*\+?=\s*(?:\[|%w[\[(])([^\])]*)").search(source.text, found.end(), end)
        fields = _ignored(source, ignored) if ignored else ()
        name = found["name"].rpartition("::")[2]
        yield Model(
            name, table[1] if table else plural(snake(name)), source.line_of(found.start("name")), "Rails model", fields
        )


def _ignored(source: Source, ignored: re.Match[str]) -> tuple[Field, ...]:
    return tuple(
        Field(word.group(), word.group(), source.line_of(ignored.start(1) + word.start()))
        for word in re.finditer(r"\w+", ignored[1])
    )


def _eloquent(source: Source) -> Iterator[Model]:
    head = r"\bclass\s+(?P<name>\w+)\s+extends\s+(?:Model|Authenticatable|Pivot)\b"
    for found in _in(source, (0, len(source.text)), head):
        table = re.compile(r"""\$table\s*=\s*["']([^"']+)["']""").search(source.text, found.end())
        name = found["name"]
        yield Model(
            name, table[1] if table else plural(snake(name)), source.line_of(found.start()), "Eloquent model", ()
        )


def _ecto(source: Source) -> Iterator[Model]:
    module = re.search(r"defmodule\s+([\w.]+)", source.code)
    name = module[1].rpartition(".")[2] if module else ""
    for found in _in(source, (0, len(source.text)), r'\bschema\s+"(?P<table>[^"]+)"\s+do\b'):
        end = re.compile(r"^ {0,2}end\b", re.MULTILINE).search(source.code, found.end())
        span = (found.end(), end.start() if end else len(source.text))
        plain = _fields(source, span, r"\bfield[ (]+:(?P<name>\w+)(?:[^\n]*\bsource: :(?P<column>\w+))?")
        related = _fields(source, span, r"\bbelongs_to[ (]+:(?P<name>\w+)", lambda one: f"{one}_id")
        yield Model(name, found["table"], source.line_of(found.start()), "Ecto schema", plain + related)


def _go(source: Source) -> Iterator[Model]:
    named = dict(
        re.findall(
            r'func\s*\(\s*(?:\w+\s+)?\*?(\w+)\s*\)\s*TableName\(\)\s*string\s*\{\s*return\s+"([^"]+)"', source.text
        )
    )
    for found in _in(source, (0, len(source.text)), r"\btype\s+(?P<name>\w+)\s+struct\s*(?=\{)"):
        pattern = (
            r"^[ \t]*(?P<name>[A-Z]\w*)[ \t]+[\w.*\[\]]+"
            r"""(?:[ \t]*`[^`\n]*?(?:gorm:"[^"`]*?column:|\b(?:db|bun|pg):")(?P<column>\w+))?"""
        )
        fields = _fields(source, _block(source, found.end()), pattern, snake)
        name = found["name"]
        yield Model(name, named.get(name, plural(snake(name))), source.line_of(found.start()), "Go struct", fields)


def _diesel(source: Source) -> Iterator[Model]:
    head = r"\btable!\s*\{(?:\s*use\s[^;]*;|\s*\#\[[^\]]*\])*\s*(?P<table>[\w.]+)\s*(?:\([^)]*\))?\s*(?=\{)"
    for found in _in(source, (0, len(source.text)), head):
        pattern = r'(?:\#\[sql_name\s*=\s*"(?P<column>[^"]+)"\]\s*)?\b(?P<name>\w+)\s*->'
        fields = _fields(source, _block(source, found.end()), pattern)
        yield Model("", found["table"], source.line_of(found.start("table")), "Diesel table!", fields)
    structs = (
        r"diesel\((?:[^()]|\([^()]*\))*?table_name\s*=\s*(?P<table>[\w:]+)[^{;]*?\bstruct\s+(?P<name>\w+)[^{;]*(?=\{)"
    )
    for found in _in(source, (0, len(source.text)), structs):
        fields = _fields(source, _block(source, found.end()), r"(?:pub(?:\([^)]*\))?\s+)?\b(?P<name>\w+)\s*:(?!:)")
        table = found["table"].rpartition("::")[2]
        yield Model(found["name"], table, source.line_of(found.start()), "Diesel struct", fields)


_SCRIPT: tuple[Reader, ...] = (_typeorm, _sequelize, _drizzle)

READERS: dict[str, tuple[Reader, ...]] = {
    **dict.fromkeys((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts"), _SCRIPT),
    ".prisma": (_prisma,),
    **dict.fromkeys((".java", ".kt"), (_jpa,)),
    ".cs": (_entity_framework,),
    ".rb": (_active_record,),
    ".php": (_eloquent,),
    **dict.fromkeys((".ex", ".exs"), (_ecto,)),
    ".go": (_go,),
    ".rs": (_diesel,),
}
