"""What happens to a type, an enum or a domain."""

from tools.lint.actions.base import Action


class TypeAction(Action):
    """`name` is the type's, with its schema where the statement says it."""

    name: str


class CreateEnum(TypeAction):
    values: tuple[str, ...] = ()


class AddEnumValue(TypeAction):
    """`neighbor` is the value it stands before or after, empty where it comes last."""

    value: str
    if_not_exists: bool = False
    neighbor: str = ""
    after: bool = False


class RenameEnumValue(TypeAction):
    value: str
    to: str


class CreateType(TypeAction):
    """A composite, a range or a base type."""


class AlterType(TypeAction):
    """The attributes of a composite type; tables made OF it, and columns of it, follow."""

    cascade: bool = False


class CreateDomain(TypeAction):
    """`constrained` tells whether values of the domain are checked; `type` is what it is made of."""

    constrained: bool
    type: str = ""


class AddDomainConstraint(TypeAction):
    """`constraint` is the constraint's own name, which may be empty."""

    constraint: str = ""
    not_valid: bool = False
    expression: str | None = None


class ValidateDomainConstraint(TypeAction):
    constraint: str


class DropDomainConstraint(TypeAction):
    constraint: str


class SetDomainNotNull(TypeAction):
    pass


class DropDomainNotNull(TypeAction):
    pass


class SetDomainDefault(TypeAction):
    """`default` is an expression's text, None where it is dropped."""

    default: str | None
