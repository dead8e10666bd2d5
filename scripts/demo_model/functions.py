"""Small Python functions whose names say what they must do, and the ways each can be broken.

One function here = one template. A template returns a Function: its correct lines, calls that
test it, and a table of bugs. A bug replaces one fragment of one line, or drops the line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from words import plural

OPERATOR = "wrong operator"
START = "wrong initial value"
COMPARISON = "wrong comparison"
OFF_BY_ONE = "off by one"
WRONG_RETURN = "wrong variable returned"
MISSING_RETURN = "missing return"
FAMILIES = (OPERATOR, START, COMPARISON, OFF_BY_ONE, WRONG_RETURN, MISSING_RETURN)


@dataclass(frozen=True)
class Bug:
    family: str
    line: int  # index into Function.lines
    right: str
    wrong: str | None  # None: the line is missing


@dataclass(frozen=True)
class Function:
    name: str
    lines: list[str]
    arguments: list[str]  # argument lists, each a test call
    bugs: list[Bug]


Template = Callable[[str, Random], Function]
TEMPLATES: list[Template] = []


def template(make: Template) -> Template:
    TEMPLATES.append(make)
    return make


def numbers(rng: Random, low: int = 2, high: int = 30) -> list[int]:
    return rng.sample(range(low, high), rng.randint(3, 4))


def accumulator(rng: Random, *names: str) -> str:
    return rng.choice(names)


def swaps(family: str, line: int, right: str, *wrong: str) -> list[Bug]:
    return [Bug(family, line, right, w) for w in wrong]


@template
def total(noun: str, rng: Random) -> Function:
    items, acc = plural(noun), accumulator(rng, "total", "total", "result", "amount")
    lines = [
        f"def {rng.choice(('total', 'sum'))}_{items}({items}):",
        f"    {acc} = 0",
        f"    for {noun} in {items}:",
        f"        {acc} += {noun}",
        f"    return {acc}",
    ]
    bugs = [
        *swaps(OPERATOR, 3, "+=", "-=", "*=", "="),
        *swaps(START, 1, "= 0", "= 1", "= 10"),
        *swaps(OFF_BY_ONE, 2, f"in {items}", f"in {items}[1:]", f"in {items}[:-1]"),
        *swaps(WRONG_RETURN, 4, acc, noun),
        Bug(MISSING_RETURN, 4, "", None),
    ]
    return function(lines, [f"{numbers(rng)}"], bugs)


@template
def product(noun: str, rng: Random) -> Function:
    items, acc = plural(noun), accumulator(rng, "product", "product", "result")
    lines = [
        f"def multiply_{items}({items}):",
        f"    {acc} = 1",
        f"    for {noun} in {items}:",
        f"        {acc} *= {noun}",
        f"    return {acc}",
    ]
    bugs = [
        *swaps(OPERATOR, 3, "*=", "+=", "-=", "="),
        *swaps(START, 1, "= 1", "= 0", "= 2"),
        *swaps(OFF_BY_ONE, 2, f"in {items}", f"in {items}[1:]", f"in {items}[:-1]"),
        *swaps(WRONG_RETURN, 4, acc, noun),
        Bug(MISSING_RETURN, 4, "", None),
    ]
    return function(lines, [f"{numbers(rng, 2, 9)}"], bugs)


@template
def average(noun: str, rng: Random) -> Function:
    items, acc = plural(noun), accumulator(rng, "total", "total", "result", "amount")
    values = numbers(rng)
    values.append(-sum(values) % (len(values) + 1) + (len(values) + 1))
    lines = [
        f"def average_{noun}({items}):",
        f"    {acc} = 0",
        f"    for {noun} in {items}:",
        f"        {acc} += {noun}",
        f"    return {acc} / len({items})",
    ]
    bugs = [
        *swaps(OPERATOR, 3, "+=", "-=", "*=", "="),
        *swaps(OPERATOR, 4, " / ", " * ", " + ", " - "),
        *swaps(START, 1, "= 0", "= 1", "= 10"),
        *swaps(OFF_BY_ONE, 4, f"len({items})", f"(len({items}) - 1)", f"(len({items}) + 1)"),
        *swaps(WRONG_RETURN, 4, acc, noun),
        Bug(MISSING_RETURN, 4, "", None),
    ]
    return function(lines, [f"{values}"], bugs)


LIMITS = {"above": ">", "below": "<", "at_least": ">=", "at_most": "<="}


def limit_bugs(line: int, operator: str) -> list[Bug]:
    others = [o for o in LIMITS.values() if o != operator]
    return swaps(COMPARISON, line, f" {operator} ", *(f" {o} " for o in others))


@template
def count_by_limit(noun: str, rng: Random) -> Function:
    items, acc = plural(noun), accumulator(rng, "count", "count", "result", "found")
    word, limit = rng.choice(list(LIMITS)), rng.choice(("limit", "limit", "bound"))
    values = numbers(rng)
    lines = [
        f"def count_{items}_{word}({items}, {limit}):",
        f"    {acc} = 0",
        f"    for {noun} in {items}:",
        f"        if {noun} {LIMITS[word]} {limit}:",
        f"            {acc} += 1",
        f"    return {acc}",
    ]
    bugs = [
        *limit_bugs(3, LIMITS[word]),
        *swaps(OPERATOR, 4, "+=", "-=", "="),
        *swaps(START, 1, "= 0", "= 1", "= 2"),
        *swaps(OFF_BY_ONE, 4, "+= 1", "+= 2"),
        *swaps(WRONG_RETURN, 5, acc, limit, noun),
        Bug(MISSING_RETURN, 5, "", None),
    ]
    return function(lines, [f"{values}, {rng.choice(values)}"], bugs)


@template
def select_by_limit(noun: str, rng: Random) -> Function:
    items, acc = plural(noun), accumulator(rng, "kept", "result", "found")
    word, limit = rng.choice(list(LIMITS)), rng.choice(("limit", "limit", "bound"))
    values = numbers(rng)
    lines = [
        f"def {items}_{word}({items}, {limit}):",
        f"    {acc} = []",
        f"    for {noun} in {items}:",
        f"        if {noun} {LIMITS[word]} {limit}:",
        f"            {acc}.append({noun})",
        f"    return {acc}",
    ]
    bugs = [
        *limit_bugs(3, LIMITS[word]),
        *swaps(WRONG_RETURN, 4, f"append({noun})", f"append({limit})"),
        *swaps(WRONG_RETURN, 5, acc, items, noun),
        Bug(MISSING_RETURN, 5, "", None),
    ]
    return function(lines, [f"{values}, {rng.choice(values)}"], bugs)


def extreme(noun: str, rng: Random, word: str, operator: str, other: str) -> Function:
    items = plural(noun)
    acc = accumulator(rng, word, word, "best", "result")
    lines = [
        f"def {word}_{noun}({items}):",
        f"    {acc} = {items}[0]",
        f"    for {noun} in {items}:",
        f"        if {noun} {operator} {acc}:",
        f"            {acc} = {noun}",
        f"    return {acc}",
    ]
    start = "0" if operator == "<" else "100"
    bugs = [
        *swaps(COMPARISON, 3, f" {operator} ", f" {other} ", " == "),
        *swaps(START, 1, f"{items}[0]", start),
        *swaps(OPERATOR, 4, " = ", " += "),
        *swaps(WRONG_RETURN, 5, acc, noun),
        Bug(MISSING_RETURN, 5, "", None),
    ]
    values = numbers(rng)
    edge = max(values) if operator == ">" else min(values)
    values.sort(key=lambda v: (v == edge) * rng.choice((0, 1)))  # no effect but on the random stream
    at = rng.randint(1, len(values) - 2)
    values.remove(edge)
    values.insert(at, edge)
    return function(lines, [f"{values}"], bugs)


@template
def largest(noun: str, rng: Random) -> Function:
    return extreme(noun, rng, rng.choice(("largest", "highest")), ">", "<")


@template
def smallest(noun: str, rng: Random) -> Function:
    return extreme(noun, rng, rng.choice(("smallest", "lowest")), "<", ">")


@template
def at_position(noun: str, rng: Random) -> Function:
    items = plural(noun)
    word, index = rng.choice((("first", "0"), ("second", "1"), ("last", "-1")))
    others = [i for i in ("0", "1", "-1", "2", "-2") if i != index]
    lines = [f"def {word}_{noun}({items}):", f"    return {items}[{index}]"]
    bugs = swaps(OFF_BY_ONE, 1, f"[{index}]", *(f"[{i}]" for i in others))
    return function(lines, [f"{numbers(rng)}"], bugs)


@template
def part(noun: str, rng: Random) -> Function:
    items = plural(noun)
    word, cut, wrong = rng.choice((
        ("first", "[:count]", ("[:count - 1]", "[:count + 1]", "[count:]", "[1:count]")),
        ("skip", "[count:]", ("[count - 1:]", "[count + 1:]", "[:count]")),
    ))
    lines = [f"def {word}_{items}({items}, count):", f"    return {items}{cut}"]
    bugs = swaps(OFF_BY_ONE, 1, cut, *wrong)
    values = rng.sample(range(2, 30), 4)
    return function(lines, [f"{values}, {rng.choice((1, 2, 3))}"], bugs)


@template
def sum_to(noun: str, rng: Random) -> Function:
    acc = accumulator(rng, "total", "result", "amount")
    lines = [
        f"def sum_to_{noun}({noun}):",
        f"    {acc} = 0",
        f"    for number in range(1, {noun} + 1):",
        f"        {acc} += number",
        f"    return {acc}",
    ]
    bugs = [
        *swaps(OFF_BY_ONE, 2, f"{noun} + 1", f"{noun}", f"{noun} + 2", f"{noun} - 1"),
        *swaps(OPERATOR, 3, "+=", "-=", "*=", "="),
        *swaps(START, 1, "= 0", "= 1", "= 2"),
        *swaps(WRONG_RETURN, 4, acc, noun, "number"),
        Bug(MISSING_RETURN, 4, "", None),
    ]
    return function(lines, [f"{rng.randint(4, 9)}"], bugs)


@template
def transform(noun: str, rng: Random) -> Function:
    items, acc = plural(noun), accumulator(rng, "result", "changed")
    word, right = rng.choice((("double", "* 2"), ("triple", "* 3"), ("halve", "/ 2"), ("increment", "+ 1"),
                              ("decrement", "- 1")))
    wrong = [w for w in ("* 2", "* 3", "/ 2", "+ 1", "- 1", "+ 2") if w != right]
    lines = [
        f"def {word}_{items}({items}):",
        f"    {acc} = []",
        f"    for {noun} in {items}:",
        f"        {acc}.append({noun} {right})",
        f"    return {acc}",
    ]
    bugs = [
        *swaps(OPERATOR, 3, right, *rng.sample(wrong, 3)),
        *swaps(WRONG_RETURN, 4, acc, items),
        Bug(MISSING_RETURN, 4, "", None),
    ]
    return function(lines, [f"{numbers(rng)}"], bugs)


@template
def arithmetic(noun: str, rng: Random) -> Function:
    items = plural(noun)
    name, first, second, operator = rng.choice((
        (f"{noun}_area", "width", "height", "*"),
        (f"{noun}_cost", noun, "count", "*"),
        (f"remaining_{items}", items, "used", "-"),
        (f"add_{items}", items, "more", "+"),
        (f"share_{items}", items, "people", "/"),
    ))
    others = [o for o in "+-*/" if o != operator]
    lines = [f"def {name}({first}, {second}):", f"    return {first} {operator} {second}"]
    bugs = swaps(OPERATOR, 1, f" {operator} ", *(f" {o} " for o in others))
    b = rng.randint(2, 9)
    return function(lines, [f"{b * rng.randint(2, 9)}, {b}"], bugs)


@template
def enough(noun: str, rng: Random) -> Function:
    items, word = plural(noun), rng.choice(list(LIMITS))
    limit = rng.choice(("limit", "limit", "bound"))
    lines = [f"def is_{noun}_{word}({noun}, {limit}):", f"    return {noun} {LIMITS[word]} {limit}"]
    edge = rng.randint(3, 30)
    calls = [f"{edge}, {edge}", f"{edge + rng.randint(1, 5)}, {edge}", f"{edge - rng.randint(1, 3)}, {edge}"]
    rng.shuffle(calls)
    return function(lines, calls, limit_bugs(1, LIMITS[word]))


@template
def contains(noun: str, rng: Random) -> Function:
    items = plural(noun)
    lines = [
        f"def has_{noun}({items}, wanted):",
        f"    for {noun} in {items}:",
        f"        if {noun} == wanted:",
        "            return True",
        "    return False",
    ]
    bugs = [
        *swaps(COMPARISON, 2, " == ", " != ", " > ", " < "),
        *swaps(WRONG_RETURN, 3, "True", "False"),
        *swaps(WRONG_RETURN, 4, "False", "True"),
        Bug(MISSING_RETURN, 4, "", None),
    ]
    values = numbers(rng)
    calls = [f"{values}, {rng.choice(values)}", f"{values}, {max(values) + 1}"]
    return function(lines, calls, bugs)


@template
def find_index(noun: str, rng: Random) -> Function:
    items = plural(noun)
    lines = [
        f"def {noun}_index({items}, wanted):",
        f"    for index in range(len({items})):",
        f"        if {items}[index] == wanted:",
        "            return index",
        "    return -1",
    ]
    bugs = [
        *swaps(COMPARISON, 2, " == ", " != ", " > ", " < "),
        *swaps(OFF_BY_ONE, 1, f"range(len({items}))", f"range(len({items}) - 1)", f"range(1, len({items}))"),
        *swaps(WRONG_RETURN, 3, "index", "wanted"),
        *swaps(OFF_BY_ONE, 3, "index", "index + 1", "index - 1"),
        *swaps(START, 4, "-1", "0", "1"),
        Bug(MISSING_RETURN, 4, "", None),
    ]
    values = numbers(rng)
    calls = [f"{values}, {values[0]}", f"{values}, {values[-1]}", f"{values}, {max(values) + 1}"]
    return function(lines, calls, bugs)


def function(lines: list[str], arguments: list[str], bugs: list[Bug]) -> Function:
    name = lines[0].removeprefix("def ").split("(")[0]
    return Function(name, lines, arguments, bugs)
