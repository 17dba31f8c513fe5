"""What the database makes of a request so far: names found, facts read, values tried, and what cannot stand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from protocol.changes import Change, kinds
from protocol.discovery import Question, Sheet, name_list, nearest, numbered
from protocol.errors import BadAnswer
from protocol.facts import Facts, TableFacts, ValueFacts
from protocol.names import TableName
from protocol.pasted import Pasted
from protocol.questions import COMMON
from protocol.situation import Situation, find_column, new_name
from protocol.wish import Wish
from tools.engines.postgres import Connection
from tools.introspect.read import candidates, read_enum, read_facts, read_table_facts, table_of_index
from tools.introspect.trial import try_out
from tools.introspect.value import read_value
from tools.pasted_sql import read_pasted


@dataclass
class Understanding:
    """`facts` are as read, before any change; `wishes` are the changes that could be built, in order.

    `problems` map a question to the reason it has to be asked; `options` to the names it may have been meant for.
    """

    facts: Facts
    wishes: list[Wish] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)


def understand(connection: Connection, alias: str, changes: Sequence[str], sheet: Sheet) -> Understanding:
    """Read what the answers name, change by change; each sees the tables as the ones before it will leave them."""
    found = Understanding(facts=read_facts(connection, alias, ()))
    foreseen = found.facts
    for number, name in enumerate(changes, start=1):
        reader = _OneChange(connection, kinds()[name], number, sheet, found)
        situation = reader.situation(foreseen)
        foreseen = situation.facts
        change = reader.change(situation)
        if change is None:
            continue
        found.wishes.append(Wish(change, situation))
        foreseen = change.foresee(foreseen)
    found.facts = _with_rights(connection, alias, found.facts)
    return found


def _with_rights(connection: Connection, alias: str, facts: Facts) -> Facts:
    """The role's rights on everything that was read."""
    return facts.model_copy(update={"rights": read_facts(connection, alias, facts.names).rights})


class _OneChange:
    """Reads for one change of the request; problems are noted under the numbered ids that the person sees."""

    def __init__(
        self, connection: Connection, kind: type[Change], number: int, sheet: Sheet, found: Understanding
    ) -> None:
        self.connection, self.kind, self.number, self.found = connection, kind, number, found
        self.own = kind.questions()
        self.sheet = sheet.of(number, self.own)
        self.tables: dict[str, TableName] = {}

    def situation(self, foreseen: Facts) -> Situation:
        """Resolve every name, read what it stands for, and let the server look at types and expressions."""
        facts = foreseen
        for question in self.own:
            said = self.sheet.expression(question.id)
            if said is not None:
                facts = self._resolved(question, said, facts)
        for question in self.own:
            self._check_inside(question, facts)
        situation = Situation(sheet=self.sheet, facts=facts, tables=self.tables, pasted=self._pasted())
        return situation.model_copy(update={"values": tuple(self._values(situation))})

    def change(self, situation: Situation) -> Change | None:
        """Build the change; None while an answer is missing or cannot stand."""
        conflicts = self.kind.conflicts(situation)
        for question, reason in conflicts.items():
            self._problem(question, reason)
        mine = {numbered(question.id, self.number) for question in self.own}
        if not mine & self.found.problems.keys():
            self._try(situation)
        if conflicts or self.sheet.must(self.own) or mine & self.found.problems.keys():
            return None
        whole = self.sheet
        for assumed in self.sheet.assumed((*self.own, *COMMON)):
            whole = whole.with_answer(assumed)
        return self.kind.from_situation(situation.model_copy(update={"sheet": whole}))

    # --- names -----------------------------------------------------------------------------------------------------

    def _resolved(self, question: Question, said: str, facts: Facts) -> Facts:
        match question.form:
            case "table":
                return self._table(question, said, facts)
            case "enum":
                return self._enum(question, said, facts)
            case "index":
                return self._index(question, said, facts)
            case "new_table":
                self.tables[question.id] = new_name(said, self.tables.get(question.of))
        return facts

    def _table(self, question: Question, said: str, facts: Facts) -> Facts:
        foreseen = _named_in(facts.names, said)
        if foreseen is not None:
            self.tables[question.id] = foreseen
            return facts
        there, near = candidates(self.connection, said)
        if (
            not there and question.id != question.of
        ):  # the table itself is never a partition; what it is put beside may be
            there = candidates(self.connection, said, "partitions")[0]
        if not self._is_one(question, "table", said, there, near):
            return facts
        self.tables[question.id] = there[0]
        return self._with_table(there[0], facts)

    def _enum(self, question: Question, said: str, facts: Facts) -> Facts:
        there, near = candidates(self.connection, said, "enums")
        if not self._is_one(question, "enumerated type", said, there, near):
            return facts
        self.tables[question.id] = there[0]
        enum = facts.enum(there[0]) or read_enum(self.connection, there[0])
        if enum is None:
            return facts
        self.found.facts = self.found.facts.with_enum(self.found.facts.enum(enum.name) or enum)
        return facts.with_enum(enum)

    def _index(self, question: Question, said: str, facts: Facts) -> Facts:
        """An index names its table; it is noted under the question `table`."""
        there = table_of_index(self.connection, said)
        if len(there) != 1:
            many = f"{len(there)} indexes are called `{said}`. Say which, with its schema." if there else ""
            self._problem(question.id, many or f"There is no index `{said}` in this database.")
            return facts
        self.tables.setdefault("table", there[0][0])
        return facts if facts.find(there[0][0]) else self._with_table(there[0][0], facts)

    def _is_one(
        self, question: Question, noun: str, said: str, there: tuple[TableName, ...], near: TableName | None
    ) -> bool:
        if len(there) == 1:
            return True
        self._problem(question.id, _which(noun, said, there, near), _names(there, near))
        return False

    def _with_table(self, name: TableName, facts: Facts) -> Facts:
        there = read_table_facts(self.connection, name)
        read = self.found.facts
        self.found.facts = read.model_copy(update={"tables": (*read.tables, there)})
        return facts.model_copy(update={"tables": (*facts.tables, there)})

    # --- what stands inside a table ----------------------------------------------------------------------------------

    def _check_inside(self, question: Question, facts: Facts) -> None:
        said, table = self.sheet.expression(question.id), self.tables.get(question.of)
        of = facts.find(table) if table else None
        if said is None or of is None:
            return
        match question.form:
            case "column":
                self._one_of(question, "column", of, [said], [column.name for column in of.table.columns])
            case "columns":
                self._one_of(question, "column", of, name_list(said), [column.name for column in of.table.columns])
            case "constraint":
                names = [constraint.name for constraint in of.table.constraints]
                self._one_of(question, "constraint", of, [said], names)

    def _one_of(self, question: Question, noun: str, of: TableFacts, said: Iterable[str], known: list[str]) -> None:
        for name in said:
            if name in known or (noun == "column" and find_column(of, name) is not None):
                continue
            near = nearest(name, known)
            hint = f" Did you mean `{near}`?" if near else f" It has: {', '.join(known[:12]) or 'none'}."
            self._problem(question.id, f"`{of.name}` has no {noun} `{name}`.{hint}", (near,) if near else ())

    def _pasted(self) -> tuple[Pasted, ...]:
        said = [self.sheet.text(question.id) for question in self.own if question.form == "sql"]
        return tuple(one for text in said if text is not None for one in read_pasted(text))

    # --- values ------------------------------------------------------------------------------------------------------

    def _values(self, situation: Situation) -> Iterable[ValueFacts]:
        for inquiry in self.kind.inquiries(situation):
            over = situation.facts.find(inquiry.table) if inquiry.table else None
            try:
                yield read_value(self.connection, inquiry, over)
            except BadAnswer as error:
                question, _, reason = error.message.partition(": ")
                self._problem(question, reason)

    def _try(self, situation: Situation) -> None:
        for trial in self.kind.trials(situation):
            try:
                try_out(self.connection, trial, situation.facts)
            except BadAnswer as error:
                question, _, reason = error.message.partition(": ")
                self._problem(question, reason)

    def _problem(self, question: str, reason: str, options: tuple[str, ...] = ()) -> None:
        id_ = numbered(question, self.number) if question in {q.id for q in self.own} else question
        self.found.problems.setdefault(id_, reason)
        if options:
            self.found.options.setdefault(id_, options)


def _named_in(names: Iterable[TableName], said: str) -> TableName | None:
    """A table of the request so far; the same name in another schema is left to the catalogue."""
    schema_name, _, name = said.replace('"', "").rpartition(".")
    fits: list[Callable[[TableName], bool]] = [
        lambda table: table.name == name,
        lambda table: table.name.lower() == name.lower(),
    ]
    for fit in fits:
        found = [table for table in names if fit(table) and schema_name in ("", table.schema_name)]
        if len(found) == 1:
            return found[0]
    return None


def _which(noun: str, said: str, found: tuple[TableName, ...], near: TableName | None) -> str:
    if found:
        names = ", ".join(f"{t.schema_name}.{t.name}" for t in found)
        return f"{len(found)} {noun}s are called `{said}`: {names}. Say which."
    if near:
        return f"There is no {noun} `{said}`. The nearest is `{near}`."
    return f"There is no {noun} `{said}` in this database, and none with a similar name."


def _names(found: tuple[TableName, ...], near: TableName | None) -> tuple[str, ...]:
    return tuple(f"{t.schema_name}.{t.name}" for t in found) or ((str(near),) if near else ())
