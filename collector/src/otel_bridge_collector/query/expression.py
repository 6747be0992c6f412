"""Tokens to expressions: a Pratt parser, shared by clause text, SQL text and text inside the SDKs' JSON.

Source: spec/btql.md section 4 for the operators and their precedence, 1 for literals. Binding power, lowest first:

| power | operators |
| --- | --- |
| 1 | `c ? a : b`, to the right |
| 2, 3 | `OR`, `AND` |
| 4 | `NOT` |
| 5 | comparisons, `IS NULL`, `IN`, `LIKE`, `MATCH`, `INCLUDES`, `BETWEEN`; not to be chained |
| 6, 7 | `+ -`, `* / %` |
| 8 | unary `-` |
| 9 | `.name`, `[0]`, `::type` |
"""

from typing import Final
from typing import Literal as Choice

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import build
from otel_bridge_collector.query.number import interval_of, number_of
from otel_bridge_collector.query.reader import TokenReader, between, query_error
from otel_bridge_collector.query.syntax import (
    Access,
    BinaryOperator,
    Call,
    Conditional,
    Expression,
    In,
    Literal,
    Logical,
    Path,
    Place,
    Unary,
)
from otel_bridge_collector.query.tokens import Token

MAX_VALUES: Final = 4_096
"""Most values in one IN list, as at Braintrust, and most terms of one AND or OR."""

_CONDITIONAL: Final = 1
_FLAT: Final = (2, 3)
"""Powers of AND and OR, which make one node of any number of terms."""

COMPARISON: Final = 5
"""Power of comparisons; what binds stronger holds none outside of parentheses."""

_NOT: Final = 4
_NEGATION: Final = 8

_SYMBOLS: Final[dict[str, tuple[int, BinaryOperator]]] = {
    "=": (5, "eq"), "==": (5, "eq"), "!=": (5, "ne"), "<>": (5, "ne"), "<=>": (5, "is"), "<!=>": (5, "isnot"),
    "<": (5, "lt"), "<=": (5, "le"), ">": (5, "gt"), ">=": (5, "ge"),
    "+": (6, "add"), "-": (6, "sub"), "*": (7, "mul"), "/": (7, "div"), "%": (7, "mod"),
}  # fmt: skip
_WORDS: Final[dict[str, BinaryOperator]] = {
    "like": "like", "ilike": "ilike", "match": "match", "includes": "includes", "contains": "includes",
}  # fmt: skip
_COMPARISON_WORDS: Final = frozenset({*_WORDS, "in", "between", "not", "is", "isnull", "isnotnull"})
_CASTS: Final = {
    **dict.fromkeys(("varchar", "text", "string"), "to_string"),
    **dict.fromkeys(("int", "integer", "bigint"), "to_integer"),
    **dict.fromkeys(("double", "float", "numeric"), "to_number"),
    "boolean": "to_boolean",
    "date": "to_date",
    "timestamp": "to_datetime",
}
_RESERVED: Final = frozenset({
    "and", "or", "not", "in", "is", "isnull", "isnotnull", "like", "ilike", "between", "as", "from", "where", "group", "order",
    "having", "limit", "offset", "select", "then", "else", "when", "end", "asc", "desc", "nulls", "union", "intersect",
    "except", "join", "on", "over", "distinct",
})  # fmt: skip
_CALLABLE_OPERATORS: Final = frozenset({*build.BINARY_NAMES, *build.UNARY_NAMES})


class ExpressionParser:
    """Reads expressions from a reader that the parser of the surrounding text shares."""

    def __init__(self, reader: TokenReader) -> None:
        self._reader = reader

    def expression(self, power: int = 0) -> Expression:
        """Read the longest expression whose operators bind stronger than `power`.

        Raises:
            QueryError: the tokens are no expression, with their place.
        """
        with self._reader.nested():
            left = self._operand()
            steps = 0
            compared = False
            while (strength := self._strength(self._reader.peek())) > power:
                if compared and strength == COMPARISON:
                    raise self._reader.expected("AND, OR or the end, as comparisons cannot be chained")
                compared = strength == COMPARISON
                steps += strength not in _FLAT
                self._reader.check_nesting(steps)
                left = self._extend(left, strength)
            return left

    def _strength(self, token: Token) -> int:
        if token.kind == "operator":
            return _CONDITIONAL if token.text == "?" else _SYMBOLS.get(token.text, (0, ""))[0]
        if token.is_word("or", "and"):
            return 2 if token.is_word("or") else 3
        return COMPARISON if token.is_word(*_COMPARISON_WORDS) else 0

    def _extend(self, left: Expression, strength: int) -> Expression:
        token = self._reader.next()
        if token.kind == "operator":
            if strength == _CONDITIONAL:
                return self._conditional(left, token)
            right = self.expression(strength)
            return build.binary(_SYMBOLS[token.text][1], left, right, between(left.place, right.place))
        if strength in _FLAT:
            return self._joined(left, token, strength)
        return self._comparison(left, token)

    def _joined(self, left: Expression, token: Token, strength: int) -> Expression:
        right = self.expression(strength)
        operator: Choice["and", "or"] = "and" if token.is_word("and") else "or"
        joined = build.logical(operator, (left, right), between(left.place, right.place))
        if isinstance(joined, Logical) and len(joined.terms) > MAX_VALUES:
            message = f"{operator.upper()} takes at most {MAX_VALUES} terms"
            raise QueryError(message, offset=token.offset, length=token.place.length, code="tooManyValues")
        return joined

    def _conditional(self, condition: Expression, question: Token) -> Expression:
        with self._reader.nested():
            then = self.expression()
            self._reader.expect_operator(":")
            otherwise = self.expression()
        return Conditional(branches=((condition, then),), otherwise=otherwise, place=question.place)

    def _comparison(self, left: Expression, token: Token) -> Expression:
        if token.is_word("is"):
            return self._is(left, token)
        if token.is_word("isnull", "isnotnull"):
            return build.unary(
                "isnull" if token.is_word("isnull") else "isnotnull", left, between(left.place, token.place)
            )
        if token.is_word("not"):
            compared = self._positive(left, self._reader.next())
            return Unary(operator="not", operand=compared, place=compared.place)
        return self._positive(left, token)

    def _is(self, left: Expression, token: Token) -> Expression:
        negated = self._reader.accept_word("not")
        null = self._reader.expect_word("null")
        place = between(left.place or token.place, null.place)
        return build.unary("isnotnull" if negated else "isnull", left, place)

    def _positive(self, left: Expression, token: Token) -> Expression:
        """Read what stands behind IN, BETWEEN, LIKE and the like, after an optional NOT."""
        if token.is_word("in"):
            values, last = self._values()
            return In(operand=left, values=values, place=between(left.place, last))
        if token.is_word("between"):
            low = self.expression(COMPARISON)
            self._reader.expect_word("and")
            high = self.expression(COMPARISON)
            bounds = (build.binary("ge", left, low, token.place), build.binary("le", left, high, token.place))
            return build.logical("and", bounds, between(left.place, high.place))
        if operator := _WORDS.get(token.text.lower()):
            right = self.expression(COMPARISON)
            return build.binary(operator, left, right, between(left.place, right.place))
        message = f'expected IN, LIKE, ILIKE, MATCH, INCLUDES or BETWEEN behind NOT, found "{token.text}"'
        raise QueryError(message, offset=token.offset, length=token.place.length)

    def _values(self) -> tuple[tuple[Json, ...], Place]:
        opening = self._reader.peek()
        if not (self._reader.accept_operator("(") or self._reader.accept_operator("[")):
            raise self._reader.expected(
                "a list of values such as ('a', 'b')",
                suggestion="to look into a list, write tags INCLUDES 'a'",
            )
        closing = ")" if opening.text == "(" else "]"
        if self._reader.peek().is_operator(closing):
            raise QueryError("IN needs at least one value", offset=opening.offset, length=2, code="emptyIn")
        values = self._reader.comma_separated(self.constant)
        last = self._reader.expect_operator(closing)
        if len(values) > MAX_VALUES:
            message = f"IN takes at most {MAX_VALUES} values, not {len(values)}"
            raise QueryError(message, offset=opening.offset, code="tooManyValues")
        return values, last.place

    def constant(self) -> Json:
        """Read a constant.

        Raises:
            QueryError: something that only a row can tell.
        """
        token = self._reader.peek()
        expression = self.expression()
        if not isinstance(expression, Literal):
            message = f'expected a constant, found "{token.text}"'
            raise QueryError(message, offset=token.offset, length=token.place.length)
        return expression.value

    def _operand(self) -> Expression:
        token = self._reader.peek()
        if token.is_word("not"):
            self._reader.next()
            operand = self.expression(_NOT)
            return build.unary("not", operand, between(token.place, operand.place))
        if token.is_operator("-"):
            self._reader.next()
            operand = self.expression(_NEGATION)
            return build.unary("neg", operand, between(token.place, operand.place))
        return self._steps(self._primary())

    def _steps(self, value: Expression) -> Expression:
        """Read `.name`, `[0]` and `::type` behind an expression."""
        steps = 0
        while True:
            if self._reader.accept_operator("::"):
                value = self._cast(value)
            elif self._reader.peek().is_operator(".", "["):
                value = _stepped(value, self._step())
            else:
                return value
            steps += 1
            self._reader.check_nesting(steps)

    def _step(self) -> tuple[str | int, Place]:
        opening = self._reader.next()
        token = self._reader.peek()
        if opening.text == ".":
            if token.kind not in ("name", "quoted"):
                raise self._reader.expected('a name or a "quoted name" behind the dot')
            return self._reader.next().name, token.place
        step = self.constant()
        last = self._reader.expect_operator("]")
        if isinstance(step, bool) or not isinstance(step, int | str):
            message = "a position in a list is a whole number, a key is a string"
            raise QueryError(message, offset=token.offset, length=token.place.length)
        return step, last.place

    def _primary(self) -> Expression:
        token = self._reader.next()
        match token.kind:
            case "number":
                return Literal(value=number_of(token), place=token.place)
            case "string":
                return Literal(value=token.value, place=token.place)
            case "quoted":
                if self._reader.peek().is_operator(".", "["):
                    return Path(parts=(token.name,), place=token.place)
                return Literal(value=token.value, name=token.name, place=token.place)
            case "name":
                return self._name(token)
            case _:
                return self._bracketed(token)

    def _bracketed(self, token: Token) -> Expression:
        if token.is_operator("("):
            inner = self.expression()
            self._reader.expect_operator(")")
            return inner
        if token.is_operator("["):
            items: tuple[Json, ...] = ()
            if not self._reader.peek().is_operator("]"):
                with self._reader.nested():
                    items = self._reader.comma_separated(self.constant)
            last = self._reader.expect_operator("]")
            return Literal(value=list(items), place=between(token.place, last.place))
        if token.is_operator("{"):
            return self._object(token)
        found = f'"{token.text}"' if token.text else "the end"
        message = f"expected an expression, found {found}"
        raise QueryError(message, offset=token.offset, length=token.place.length)

    def _object(self, token: Token) -> Expression:
        members: tuple[tuple[str, Json], ...] = ()
        if not self._reader.peek().is_operator("}"):
            with self._reader.nested():
                members = self._reader.comma_separated(self._member)
        last = self._reader.expect_operator("}")
        return Literal(value=dict(members), place=between(token.place, last.place))

    def _member(self) -> tuple[str, Json]:
        key = self._reader.peek()
        if key.kind not in ("name", "quoted", "string"):
            raise self._reader.expected("a key")
        self._reader.next()
        self._reader.expect_operator(":")
        return key.value, self.constant()

    def _name(self, token: Token) -> Expression:
        word = token.text.lower()
        called = self._reader.peek().is_operator("(")
        constants: dict[str, Json] = {"true": True, "false": False, "null": None}
        if word in constants:
            return Literal(value=constants[word], place=token.place)
        if word == "interval" and self._reader.peek().kind in ("number", "string"):
            return self._interval(token)
        if word == "case":
            with self._reader.nested():
                return self._case(token)
        if word in ("current_date", "current_timestamp") and not called:
            return Call(name=word, place=token.place)
        if called and (word not in _RESERVED or word in _CALLABLE_OPERATORS):
            with self._reader.nested():
                return self._call(token)
        if word == "select":
            message, advice = (
                "a SELECT in an expression is not supported",
                "run it first, and write its values in IN",
            )
            raise query_error(message, token.place, code="unsupported", suggestion=advice)
        if word in _RESERVED:
            message = f'expected an expression, found "{token.text}"'
            raise QueryError(message, offset=token.offset, length=token.place.length)
        return Path(parts=(token.text,), place=token.place)

    def _call(self, token: Token) -> Expression:
        self._reader.expect_operator("(")
        if token.is_word("cast"):
            value = self.expression()
            self._reader.expect_word("as")
            value = self._cast(value)
            self._reader.expect_operator(")")
            return value
        if token.is_word("extract"):
            return self._extract(token)
        name = token.text
        arguments: tuple[Expression, ...] = ()
        if token.is_word("count") and self._reader.accept_word("distinct"):
            name = "count_distinct"
        if not (
            token.is_word("count") and self._reader.accept_operator("*")
        ) and not self._reader.peek().is_operator(")"):
            arguments = self._reader.comma_separated(self.expression)
        last = self._reader.expect_operator(")")
        return build.call(name, arguments, between(token.place, last.place))

    def _extract(self, token: Token) -> Expression:
        unit = self._reader.next()
        self._reader.expect_word("from")
        moment = self.expression()
        last = self._reader.expect_operator(")")
        arguments = (Literal(value=unit.value.lower(), place=unit.place), moment)
        return Call(name="date_part", arguments=arguments, place=between(token.place, last.place))

    def _cast(self, value: Expression) -> Expression:
        token = self._reader.peek()
        function = _CASTS.get(token.text.lower())
        if function is None:
            raise self._reader.expected(f"a type: one of {', '.join(_CASTS)}")
        self._reader.next()
        return Call(name=function, arguments=(value,), place=between(value.place, token.place))

    def _interval(self, token: Token) -> Expression:
        amount = self._reader.next()
        words = amount.value.split() if amount.kind == "string" else [amount.text]
        if len(words) == 1:
            words.append(self._reader.next().text)
        count, unit = words[0], words[-1].lower().removesuffix("s")
        if len(words) != 2:  # noqa: PLR2004 - a count and a unit
            unit = ""
        return interval_of(count, unit, whole=token.place, amount=amount.place)

    def _case(self, token: Token) -> Expression:
        branches: list[tuple[Expression, Expression]] = []
        while self._reader.accept_word("when"):
            condition = self.expression()
            self._reader.expect_word("then")
            branches.append((condition, self.expression()))
        if not branches:
            raise self._reader.expected("WHEN")
        otherwise: Expression = Literal(value=None)
        if self._reader.accept_word("else"):
            otherwise = self.expression()
        last = self._reader.expect_word("end")
        return Conditional(
            branches=tuple(branches), otherwise=otherwise, place=between(token.place, last.place)
        )


def _stepped(value: Expression, step: tuple[str | int, Place]) -> Expression:
    name, place = step
    if isinstance(value, Path):
        return Path(parts=(*value.parts, name), place=between(value.place, place))
    return Access(of=value, step=name, place=between(value.place, place))
