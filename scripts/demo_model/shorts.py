"""Templates of functions without a loop: arithmetic, positions, guards, helpers, recursion, texts."""

from functions import (BASE_CASE, COMPARISON, CONSTANT, EDGE_CASE, INVERTED, METHOD, MISSING_RETURN, OFF_BY_ONE,
                       OPERATOR, SWAPPED, VARIABLE, Bug, Draw, Template, swaps, template)
from loops import LIMITS, limit_bugs
from words import plural


@template
def at_position(noun: str, draw: Draw) -> Template:
    items = plural(noun)
    word, index, cpp = draw.pick(("first", "0", "at(0)"), ("second", "1", "at(1)"), ("third", "2", "at(2)"),
                                 ("last", "-1", "back()"))
    others = [i for i in ("0", "1", "-1", "2", "-2") if i != index]
    lines = [(f"def {word}_{noun}({items}):", "i:v"),
             (f"    return {items}[{index}]", f"return {items}.{cpp};")]
    wrong = [(f"[{i}]", f"at({i})" if i in "012" else "") for i in others]
    bugs = swaps(OFF_BY_ONE, 1, (f"[{index}]", cpp), *wrong)
    if word == "last":
        bugs = [b for b in bugs if b.wrong[1] == ""] + swaps(METHOD, 1, ("", "back()"), ("", "front()"))
    return Template(lines, [f"{draw.numbers(count=4)}"], bugs)


@template
def part(noun: str, draw: Draw) -> Template:
    items, count = plural(noun), draw.local("count", "count", "size")
    word, cut, wrong = draw.pick(
        ("first", f"[:{count}]", (f"[:{count} - 1]", f"[:{count} + 1]")),
        ("skip", f"[{count}:]", (f"[{count} - 1:]", f"[{count} + 1:]")))
    lines = [(f"def {word}_{items}({items}, {count}):", "v:vi"), (f"    return {items}{cut}", "")]
    return Template(lines, [f"{draw.numbers(count=4)}, {draw.rng.choice((1, 2, 3))}"],
                    swaps(OFF_BY_ONE, 1, cut, *wrong))


@template
def arithmetic(noun: str, draw: Draw) -> Template:
    items = plural(noun)
    name, first, second, operator = draw.pick(
        (f"{noun}_area", "width", "height", "*"), (f"{noun}_cost", noun, "count", "*"),
        (f"remaining_{items}", items, "used", "-"), (f"add_{items}", items, "more", "+"),
        (f"share_{items}", items, "people", "//"))
    others = [o for o in ("+", "-", "*", "//") if o != operator]
    lines = [(f"def {name}({first}, {second}):", "i:ii"), f"    return {first} {operator} {second}"]
    b = draw.rng.randint(3, 9)
    return Template(lines, [f"{b * draw.rng.randint(3, 9)}, {b}"], [
        *swaps(OPERATOR, 1, f" {operator} ", *(f" {o} " for o in others)),
        *swaps(VARIABLE, 1, f" {second}", f" {first}"),
    ])


UNITS = {"cents": 100, "minutes": 60, "dozens": 12, "weeks": 7, "feet": 3, "hours": 24}


@template
def convert(noun: str, draw: Draw) -> Template:
    name, unit = draw.pick("{0}_from_{1}", "{1}_to_{0}"), draw.pick(*UNITS)
    factor = UNITS[unit]
    wrong = draw.rng.sample([n for n in (1, 2, 5, 10, *UNITS.values()) if n != factor], 4)
    lines = [(f"def {name.format(plural(noun), unit)}({unit}):", "i:i"), f"    return {unit} * {factor}"]
    return Template(lines, [f"{draw.rng.randint(2, 9)}"], [
        *swaps(CONSTANT, 1, f" {factor}", *(f" {n}" for n in wrong)),
        *swaps(OPERATOR, 1, " * ", " + ", " - ", " // "),
    ])


@template
def enough(noun: str, draw: Draw) -> Template:
    word, limit = draw.pick(*LIMITS), draw.local("limit", "limit", "bound")
    lines = [(f"def is_{noun}_{word}({noun}, {limit}):", "b:ii"), f"    return {noun} {LIMITS[word]} {limit}"]
    edge = draw.rng.randint(5, 30)
    calls = [f"{edge}, {edge}", f"{edge + draw.rng.randint(1, 5)}, {edge}", f"{edge - draw.rng.randint(1, 3)}, {edge}"]
    draw.rng.shuffle(calls)
    return Template(lines, calls, [
        *limit_bugs(1, LIMITS[word]),
        *swaps(INVERTED, 1, f"return {noun}", f"return not {noun}"),
        *swaps(VARIABLE, 1, f" {limit}", f" {noun}"),
    ])


@template
def by_helper(noun: str, draw: Draw) -> Template:
    """A helper for which the order of arguments matters, and a function that calls it."""
    items = plural(noun)
    helper, operator = draw.pick(("subtract", "-"), ("minus", "-"), ("divide", "//"), ("quotient", "//"))
    second = draw.local("used", "sold") if operator == "-" else draw.local("people", "parts")
    name = f"{'remaining' if operator == '-' else 'share'}_{items}"
    other = {"-": "+", "//": "*"}[operator]
    lines = [
        (f"def {helper}(a, b):", "i:ii"),
        f"    return a {operator} b",
        (f"def {name}({items}, {second}):", "i:ii"),
        f"    return {helper}({items}, {second})",
    ]
    b = draw.rng.randint(2, 9)
    return Template(lines, [f"{b * draw.rng.randint(2, 9)}, {b}"], [
        *swaps(SWAPPED, 3, f"({items}, {second})", f"({second}, {items})"),
        *swaps(SWAPPED, 1, f"a {operator} b", f"b {operator} a"),
        *swaps(OPERATOR, 1, f" {operator} ", f" {other} "),
        *swaps(VARIABLE, 3, f", {second})", f", {items})"),
        Bug(MISSING_RETURN, 3),
    ])


@template
def clamp(noun: str, draw: Draw) -> Template:
    low, high = draw.pair(("low", "high"), ("least", "most"), ("minimum", "maximum"), unseen=(("least", "most"),))
    lines = [
        (f"def clamp_{noun}({noun}, {low}, {high}):", "i:iii"),
        f"    return max({low}, min({noun}, {high}))",
    ]
    a = draw.rng.randint(3, 9)
    b = a + draw.rng.randint(4, 9)
    return Template(lines, [f"{a + 2}, {a}, {b}", f"{a - 2}, {a}, {b}", f"{b + 3}, {a}, {b}"], [
        *swaps(METHOD, 1, "max(", "min("),
        *swaps(METHOD, 1, " min(", " max("),
        *swaps(SWAPPED, 1, f"({low}, min({noun}, {high}))", f"({high}, min({noun}, {low}))"),
        *swaps(VARIABLE, 1, f"{high})", f"{low})"),
        Bug(MISSING_RETURN, 1),
    ])


@template
def extreme_of(noun: str, draw: Draw) -> Template:
    items = plural(noun)
    word, right, wrong = draw.pick(("largest", "max", "min"), ("highest", "max", "min"), ("smallest", "min", "max"),
                                   ("lowest", "min", "max"))
    lines = [
        (f"def {word}_of_{items}({items}):", "i:v"),
        (f"    return {right}({items})", f"return *std::{right}_element({items}.begin(), {items}.end());"),
    ]
    return Template(lines, [f"{draw.numbers()}"], [
        *swaps(METHOD, 1, right, wrong), *swaps(METHOD, 1, (right, ""), ("sum", ""), ("len", "")),
        Bug(MISSING_RETURN, 1),
    ])


@template
def end_or_zero(noun: str, draw: Draw) -> Template:
    items = plural(noun)
    word, index, cpp = draw.pick(("first", "0", "front"), ("last", "-1", "back"))
    wrong_cpp = {"front": "back", "back": "front"}[cpp]
    lines = [
        (f"def {word}_{noun}_or_zero({items}):", "i:v"),
        f"    if not {items}:",
        "        return 0",
        (f"    return {items}[{index}]", f"return {items}.{cpp}();"),
    ]
    return Template(lines, ["[]", f"{draw.numbers()}"], [
        Bug(EDGE_CASE, 1, count=2), Bug(EDGE_CASE, 1, count=2),
        *swaps(INVERTED, 1, f"if not {items}", f"if {items}"),
        *swaps(CONSTANT, 2, "0", "1", "10"),
        *swaps(OFF_BY_ONE, 3, (f"[{index}]", ""), *((f"[{i}]", "") for i in ("1", "-2", "2"))),
        *swaps(METHOD, 3, ("", cpp), ("", wrong_cpp)),
        Bug(MISSING_RETURN, 3),
    ])


@template
def largest_or_zero(noun: str, draw: Draw) -> Template:
    items = plural(noun)
    word, right, wrong = draw.pick(("largest", "max", "min"), ("smallest", "min", "max"))
    lines = [
        (f"def {word}_{noun}_or_zero({items}):", "i:v"),
        f"    if not {items}:",
        "        return 0",
        (f"    return {right}({items})", f"return *std::{right}_element({items}.begin(), {items}.end());"),
    ]
    return Template(lines, ["[]", f"{draw.numbers()}"], [
        Bug(EDGE_CASE, 1, count=2), Bug(EDGE_CASE, 1, count=2),
        *swaps(INVERTED, 1, f"if not {items}", f"if {items}"),
        *swaps(METHOD, 3, right, wrong),
        *swaps(CONSTANT, 2, "0", "1", "10"),
        Bug(MISSING_RETURN, 3),
    ])


@template
def gap(noun: str, draw: Draw) -> Template:
    a, b = draw.pair(("first", "second"), ("left", "right"), ("before", "after"), unseen=(("left", "right"),))
    lines = [
        (f"def {noun}_distance({a}, {b}):", "i:ii"),
        f"    if {a} > {b}:",
        f"        return {a} - {b}",
        f"    return {b} - {a}",
    ]
    low = draw.rng.randint(2, 12)
    high = low + draw.rng.randint(2, 9)
    return Template(lines, [f"{high}, {low}", f"{low}, {high}"], [
        *swaps(INVERTED, 1, f"if {a}", f"if not {a}"),
        *swaps(COMPARISON, 1, " > ", " < ", " == "),
        *swaps(OPERATOR, 2, " - ", " + ", " * "), *swaps(OPERATOR, 3, " - ", " + ", " * "),
        *swaps(VARIABLE, 2, f"- {b}", f"- {a}"), *swaps(VARIABLE, 3, f"- {a}", f"- {b}"),
        Bug(MISSING_RETURN, 3),
    ])


def recursive(name: str, noun: str, base: int, operator: str, draw: Draw) -> Template:
    lines = [
        (f"def {name}({noun}):", "i:i"),
        f"    if {noun} == 0:",
        f"        return {base}",
        f"    return {noun} {operator} {name}({noun} - 1)",
    ]
    other = {"+": "*", "*": "+"}[operator]
    return Template(lines, [f"{draw.rng.randint(3, 6)}"], [
        Bug(BASE_CASE, 1, count=2), Bug(BASE_CASE, 1, count=2), Bug(BASE_CASE, 1, count=2),
        *swaps(CONSTANT, 2, f"return {base}", f"return {1 - base}", f"return {base + 2}", "return 10"),
        *swaps(OPERATOR, 3, f" {operator} {name}", f" {other} {name}", f" - {name}"),
        *swaps(OFF_BY_ONE, 1, "== 0", "== 1") * (base == 0), *swaps(OFF_BY_ONE, 1, "== 0", "== 2"),
        Bug(MISSING_RETURN, 3),
    ])


@template
def factorial(noun: str, draw: Draw) -> Template:
    return recursive(f"factorial_{noun}", noun, 1, "*", draw)


@template
def sum_down(noun: str, draw: Draw) -> Template:
    return recursive(f"sum_down_{noun}", noun, 0, "+", draw)


@template
def repeated(noun: str, draw: Draw) -> Template:
    """A product or power by recursion: two arguments whose order matters."""
    count = draw.local("count", "times")
    name, base, operator = draw.pick((f"{noun}_power", 1, "*"), (f"{noun}_times", 0, "+"))
    other = {"+": "*", "*": "+"}[operator]
    lines = [
        (f"def {name}({noun}, {count}):", "i:ii"),
        f"    if {count} == 0:",
        f"        return {base}",
        f"    return {noun} {operator} {name}({noun}, {count} - 1)",
    ]
    return Template(lines, [f"{draw.rng.randint(3, 6)}, {draw.rng.randint(2, 4)}"], [
        Bug(BASE_CASE, 1, count=2), Bug(BASE_CASE, 1, count=2), Bug(BASE_CASE, 1, count=2),
        *swaps(CONSTANT, 2, f"return {base}", f"return {1 - base}", f"return {base + 2}"),
        *swaps(OPERATOR, 3, f" {operator} {name}", f" {other} {name}", f" - {name}"),
        *swaps(OFF_BY_ONE, 1, "== 0", "== 1"),
        *swaps(VARIABLE, 3, f"return {noun}", f"return {count}"),
        Bug(MISSING_RETURN, 3),
    ])


@template
def affix(noun: str, draw: Draw) -> Template:
    word, right, wrong = draw.pick(("starts_with", "startswith", "endswith"), ("ends_with", "endswith", "startswith"))
    piece = draw.local("prefix", "part") if word == "starts_with" else draw.local("suffix", "part")
    lines = [(f"def {noun}_{word}({noun}, {piece}):", "b:ss"), f"    return {noun}.{right}({piece})"]
    text = "".join(draw.rng.sample("abcdefghklmnoprstuw", 5))
    hit, miss = (text[:2], text[-2:]) if word == "starts_with" else (text[-2:], text[:2])
    return Template(lines, [f"'{text}', '{hit}'", f"'{text}', '{miss}'"], [
        *swaps(METHOD, 1, right, wrong), *swaps(METHOD, 1, right, wrong),
        *swaps(SWAPPED, 1, f"{noun}.{right}({piece})", f"{piece}.{right}({noun})"),
        *swaps(INVERTED, 1, f"return {noun}", f"return not {noun}"),
        Bug(MISSING_RETURN, 1),
    ])


@template
def letter_case(noun: str, draw: Draw) -> Template:
    word, right = draw.pick(("upper", "upper"), ("lower", "lower"), ("trimmed", "strip"), ("title", "title"))
    lines = [(f"def {word}_{noun}({noun}):", "s:s"), (f"    return {noun}.{right}()", "")]
    text = "".join(draw.rng.sample("abcdefghklmnoprstuw", 4))
    return Template(lines, [f"' {text[0].upper()}{text[1:]} {text[:2]}'"],
                    swaps(METHOD, 1, right, *(m for m in ("upper", "lower", "strip", "title") if m != right)))


@template
def added(noun: str, draw: Draw) -> Template:
    items = plural(noun)
    lines = [
        (f"def with_{noun}({items}, {noun}):", "w:wi"),
        f"    {items}.append({noun})",
        f"    return {items}",
    ]
    values = draw.numbers()
    return Template(lines, [f"{values}, {max(values) + 1}"], [
        *swaps(METHOD, 1, ".append(", ".remove(", ".extend(", ".insert("),
        *swaps(METHOD, 1, (f"append({noun})", ""), ("pop()", "")),
        *swaps(VARIABLE, 1, f"({noun})", f"({items}[0])"),
        Bug(MISSING_RETURN, 2),
    ])


@template
def joined(noun: str, draw: Draw) -> Template:
    items, more = plural(noun), draw.local("more", "others")
    lines = [(f"def join_{items}({items}, {more}):", "w:wv"),
             (f"    {items}.extend({more})",
              f"{items}.insert({items}.end(), {more}.begin(), {more}.end());"),
             f"    return {items}"]
    values = draw.numbers(count=4)
    return Template(lines, [f"{values[:2]}, {values[2:]}"], [
        *swaps(METHOD, 1, (".extend(", f"{items}.end(),"), (".append(", f"{items}.begin(),")),
        *swaps(METHOD, 1, (".extend(", ""), (".remove(", "")),
        *swaps(VARIABLE, 1, (f"({more})", f"{more}.begin(), {more}"), (f"({items})", "")),
        *swaps(VARIABLE, 2, items, more),
        Bug(MISSING_RETURN, 2),
    ])
