"""Templates of functions with a loop: totals, counts, selections, extremes, searches."""

from functions import (COMPARISON, CONSTANT, EDGE_CASE, INVERTED, METHOD, MISSING_RETURN, OFF_BY_ONE, OPERATOR, START,
                       SWAPPED, VARIABLE, Bug, Draw, Template, swaps, template)
from words import plural

LIMITS = {"above": ">", "below": "<", "at_least": ">=", "at_most": "<="}


def limit_bugs(line: int, operator: str) -> list[Bug]:
    return swaps(COMPARISON, line, f" {operator} ", *(f" {o} " for o in LIMITS.values() if o != operator))


def accumulate(noun: str, name: str, acc: str, start: int, operator: str) -> Template:
    items = plural(noun)
    others = [o for o in ("+=", "-=", "*=", "=") if o != operator]
    lines = [
        (f"def {name}({items}):", "i:v"),
        f"    {acc} = {start}",
        f"    for {noun} in {items}:",
        f"        {acc} {operator} {noun}",
        f"    return {acc}",
    ]
    return Template(lines, [], [
        *swaps(OPERATOR, 3, f" {operator} ", *(f" {o} " for o in others)),
        *swaps(START, 1, f"= {start}", f"= {1 - start}", f"= {start + 2}", "= 10"),
        *swaps(OFF_BY_ONE, 2, f"in {items}", f"in {items}[1:]", f"in {items}[:-1]"),
        *swaps(VARIABLE, 4, f"return {acc}", f"return {items}[0]"),
        *swaps(VARIABLE, 3, f"{operator} {noun}", f"{operator} {acc}"),
        Bug(MISSING_RETURN, 4),
    ])


@template
def total(noun: str, draw: Draw) -> Template:
    acc = draw.local("total", "total", "result", "amount")
    made = accumulate(noun, f"{draw.pick('total', 'sum')}_{plural(noun)}", acc, 0, "+=")
    made.calls = [f"{draw.numbers()}"]
    return made


@template
def product(noun: str, draw: Draw) -> Template:
    acc = draw.local("product", "product", "result")
    made = accumulate(noun, f"multiply_{plural(noun)}", acc, 1, "*=")
    made.calls = [f"{draw.numbers(2, 9)}"]
    return made


@template
def average(noun: str, draw: Draw) -> Template:
    items, acc = plural(noun), draw.local("total", "total", "result", "amount")
    values = draw.numbers()
    values.append(-sum(values) % (len(values) + 1) + (len(values) + 1))
    size = (f"len({items})", f"{items}.size()")
    lines = [
        (f"def average_{noun}({items}):", "d:v"),
        f"    {acc} = 0",
        f"    for {noun} in {items}:",
        f"        {acc} += {noun}",
        (f"    return {acc} / len({items})", f"return double({acc}) / {items}.size();"),
    ]
    return Template(lines, [f"{values}"], [
        *swaps(OPERATOR, 3, "+=", "-=", "*=", "="),
        *swaps(OPERATOR, 4, " / ", " * ", " + ", " - "),
        *swaps(START, 1, "= 0", "= 1", "= 10"),
        *swaps(OFF_BY_ONE, 4, size, *((f"({size[0]} {c})", f"({size[1]} {c})") for c in ("- 1", "+ 1"))),
        *swaps(VARIABLE, 3, f"+= {noun}", f"+= {acc}"),
        *swaps(VARIABLE, 4, (f"return {acc} ", ""), (f"return {noun} ", "")),
        Bug(MISSING_RETURN, 4),
    ])


@template
def average_or_zero(noun: str, draw: Draw) -> Template:
    items, acc = plural(noun), draw.local("total", "total", "result", "amount")
    values = draw.numbers(count=3)
    values.append(-sum(values) % 4 + 4)
    lines = [
        (f"def average_{noun}_or_zero({items}):", "i:v"),
        f"    if not {items}:",
        "        return 0",
        f"    {acc} = 0",
        f"    for {noun} in {items}:",
        f"        {acc} += {noun}",
        (f"    return {acc} // len({items})", f"return {acc} / int({items}.size());"),
    ]
    return Template(lines, ["[]", f"{values}"], [
        Bug(EDGE_CASE, 1, count=2), Bug(EDGE_CASE, 1, count=2),
        *swaps(INVERTED, 1, f"if not {items}", f"if {items}"),
        *swaps(CONSTANT, 2, "0", "1", "10"),
        *swaps(OPERATOR, 5, "+=", "-=", "="),
        *swaps(START, 3, "= 0", "= 1", "= 10"),
        Bug(MISSING_RETURN, 6),
    ])


@template
def count_by_limit(noun: str, draw: Draw) -> Template:
    items, acc = plural(noun), draw.local("count", "count", "result", "found")
    word, limit = draw.pick(*LIMITS, unseen=("below",)), draw.local("limit", "limit", "bound")
    values = draw.numbers()
    lines = [
        (f"def count_{items}_{word}({items}, {limit}):", "i:vi"),
        f"    {acc} = 0",
        f"    for {noun} in {items}:",
        f"        if {noun} {LIMITS[word]} {limit}:",
        f"            {acc} += 1",
        f"    return {acc}",
    ]
    return Template(lines, [f"{values}, {draw.rng.choice(values)}"], [
        *limit_bugs(3, LIMITS[word]),
        *swaps(INVERTED, 3, f"if {noun}", f"if not {noun}"),
        *swaps(OPERATOR, 4, "+=", "-=", "="),
        *swaps(START, 1, "= 0", "= 1", "= 2"),
        *swaps(CONSTANT, 4, "+= 1", "+= 2", "+= 10"),
        *swaps(VARIABLE, 5, acc, limit),
        *swaps(VARIABLE, 3, f" {limit}", f" {acc}"),
        Bug(MISSING_RETURN, 5),
    ])


@template
def select_by_limit(noun: str, draw: Draw) -> Template:
    items, acc = plural(noun), draw.local("kept", "result", "found")
    word, limit = draw.pick(*LIMITS, unseen=("at_least",)), draw.local("limit", "limit", "bound")
    values = draw.numbers()
    lines = [
        (f"def {items}_{word}({items}, {limit}):", "v:vi"),
        f"    {acc} = []",
        f"    for {noun} in {items}:",
        f"        if {noun} {LIMITS[word]} {limit}:",
        f"            {acc}.append({noun})",
        f"    return {acc}",
    ]
    return Template(lines, [f"{values}, {draw.rng.choice(values)}"], [
        *limit_bugs(3, LIMITS[word]),
        *swaps(INVERTED, 3, f"if {noun}", f"if not {noun}"),
        *swaps(VARIABLE, 4, f"({noun})", f"({limit})"),
        *swaps(VARIABLE, 5, acc, items),
        *swaps(METHOD, 4, ".append(", ".extend(", ".remove(", ".insert("),
        Bug(MISSING_RETURN, 5),
    ])


def extreme(noun: str, draw: Draw, word: str, operator: str) -> Template:
    items, other = plural(noun), {"<": ">", ">": "<"}[operator]
    acc = draw.local(word, word, "best", "result")
    lines = [
        (f"def {word}_{noun}({items}):", "i:v"),
        f"    {acc} = {items}[0]",
        f"    for {noun} in {items}:",
        f"        if {noun} {operator} {acc}:",
        f"            {acc} = {noun}",
        f"    return {acc}",
    ]
    values = draw.numbers(count=4)
    edge = max(values) if operator == ">" else min(values)
    values.remove(edge)
    values.insert(draw.rng.randint(1, 2), edge)
    return Template(lines, [f"{values}"], [
        *swaps(COMPARISON, 3, f" {operator} ", f" {other} ", " == "),
        *swaps(INVERTED, 3, f"if {noun}", f"if not {noun}"),
        *swaps(START, 1, f"{items}[0]", "0" if operator == "<" else "100"),
        *swaps(OPERATOR, 4, " = ", " += ", " -= "),
        *swaps(VARIABLE, 5, f"return {acc}", f"return {items}[0]"),
        Bug(MISSING_RETURN, 5),
    ])


@template
def largest(noun: str, draw: Draw) -> Template:
    return extreme(noun, draw, draw.pick("largest", "highest"), ">")


@template
def smallest(noun: str, draw: Draw) -> Template:
    return extreme(noun, draw, draw.pick("smallest", "lowest"), "<")


@template
def sum_to(noun: str, draw: Draw) -> Template:
    acc, number = draw.local("total", "result", "amount"), "number"
    lines = [
        (f"def sum_to_{noun}({noun}):", "i:i"),
        f"    {acc} = 0",
        f"    for {number} in range(1, {noun} + 1):",
        f"        {acc} += {number}",
        f"    return {acc}",
    ]
    return Template(lines, [f"{draw.rng.randint(4, 9)}"], [
        *swaps(OFF_BY_ONE, 2, f"{noun} + 1", f"{noun}", f"{noun} + 2", f"{noun} - 1"),
        *swaps(SWAPPED, 2, f"1, {noun} + 1", f"{noun} + 1, 1"),
        *swaps(OPERATOR, 3, "+=", "-=", "*=", "="),
        *swaps(START, 1, "= 0", "= 1", "= 2"),
        *swaps(VARIABLE, 4, acc, noun),
        *swaps(VARIABLE, 3, f"+= {number}", f"+= {noun}"),
        Bug(MISSING_RETURN, 4),
    ])


@template
def sum_between(noun: str, draw: Draw) -> Template:
    acc = draw.local("total", "result", "amount")
    first, last = draw.local("first", "low"), draw.local("last", "high")
    lines = [
        (f"def sum_{plural(noun)}_between({first}, {last}):", "i:ii"),
        f"    {acc} = 0",
        f"    for {noun} in range({first}, {last} + 1):",
        f"        {acc} += {noun}",
        f"    return {acc}",
    ]
    low = draw.rng.randint(2, 9)
    return Template(lines, [f"{low}, {low + draw.rng.randint(2, 5)}"], [
        *swaps(OFF_BY_ONE, 2, f"{last} + 1", last, f"{last} + 2", f"{last} - 1"),
        *swaps(SWAPPED, 2, f"{first}, {last} + 1", f"{last} + 1, {first}"),
        *swaps(OPERATOR, 3, "+=", "-=", "*=", "="),
        *swaps(START, 1, "= 0", "= 1", "= 2"),
        *swaps(VARIABLE, 4, acc, first, last),
        Bug(MISSING_RETURN, 4),
    ])


CHANGES = {"double": ("*", "2"), "triple": ("*", "3"), "halve": ("//", "2"), "increment": ("+", "1"),
           "decrement": ("-", "1")}


@template
def transform(noun: str, draw: Draw) -> Template:
    items, acc = plural(noun), draw.local("result", "changed")
    word = draw.pick(*CHANGES)
    operator, constant = CHANGES[word]
    lines = [
        (f"def {word}_{items}({items}):", "v:v"),
        f"    {acc} = []",
        f"    for {noun} in {items}:",
        f"        {acc}.append({noun} {operator} {constant})",
        f"    return {acc}",
    ]
    return Template(lines, [f"{draw.numbers(4)}"], [
        *swaps(OPERATOR, 3, f" {operator} ", *(f" {o} " for o in ("+", "-", "*", "//") if o != operator)),
        *swaps(CONSTANT, 3, f"{constant})", *(f"{c})" for c in ("1", "2", "3", "4", "10") if c != constant)),
        *swaps(METHOD, 3, ".append(", ".extend(", ".remove(", ".insert("),
        *swaps(VARIABLE, 4, acc, items),
        Bug(MISSING_RETURN, 4),
    ])


@template
def contains(noun: str, draw: Draw) -> Template:
    items, wanted = plural(noun), draw.local("wanted", "wanted", "target")
    lines = [
        (f"def has_{noun}({items}, {wanted}):", "b:vi"),
        f"    for {noun} in {items}:",
        f"        if {noun} == {wanted}:",
        "            return True",
        "    return False",
    ]
    values = draw.numbers()
    return Template(lines, [f"{values}, {draw.rng.choice(values)}", f"{values}, {max(values) + 1}"], [
        *swaps(COMPARISON, 2, " == ", " != ", " > ", " < "),
        *swaps(INVERTED, 2, f"if {noun}", f"if not {noun}"),
        *swaps(CONSTANT, 3, "True", "False"),
        *swaps(CONSTANT, 4, "False", "True"),
        *swaps(VARIABLE, 2, f" {wanted}", f" {noun}"),
        Bug(MISSING_RETURN, 4),
    ])


@template
def find_index(noun: str, draw: Draw) -> Template:
    items, wanted = plural(noun), draw.local("wanted", "wanted", "target")
    lines = [
        (f"def {noun}_index({items}, {wanted}):", "i:vi"),
        f"    for index in range(len({items})):",
        f"        if {items}[index] == {wanted}:",
        "            return index",
        "    return -1",
    ]
    values = draw.numbers()
    calls = [f"{values}, {values[0]}", f"{values}, {values[-1]}", f"{values}, {max(values) + 1}"]
    return Template(lines, calls, [
        *swaps(COMPARISON, 2, " == ", " != ", " > ", " < "),
        *swaps(OFF_BY_ONE, 1, f"range(len({items}))", f"range(len({items}) - 1)", f"range(1, len({items}))"),
        *swaps(INVERTED, 2, f"if {items}", f"if not {items}"),
        *swaps(VARIABLE, 3, "index", wanted),
        *swaps(OFF_BY_ONE, 3, "index", "index + 1", "index - 1"),
        *swaps(CONSTANT, 4, "-1", "0", "1"),
        Bug(MISSING_RETURN, 4),
    ])


@template
def by_parity(noun: str, draw: Draw) -> Template:
    items, acc = plural(noun), draw.local("kept", "result", "found")
    word, operator = draw.pick(("even", "=="), ("odd", "!="))
    lines = [
        (f"def {word}_{items}({items}):", "v:v"),
        f"    {acc} = []",
        f"    for {noun} in {items}:",
        f"        if {noun} % 2 {operator} 0:",
        f"            {acc}.append({noun})",
        f"    return {acc}",
    ]
    return Template(lines, [f"{draw.numbers(count=4)}"], [
        *swaps(INVERTED, 3, f" {operator} ", {"==": " != ", "!=": " == "}[operator]),
        *swaps(CONSTANT, 3, "% 2", "% 3", "% 4"),
        *swaps(OPERATOR, 3, " % ", " // ", " * "),
        *swaps(METHOD, 4, ".append(", ".extend(", ".remove("),
        *swaps(VARIABLE, 5, acc, items),
        Bug(MISSING_RETURN, 5),
    ])


@template
def reversed_list(noun: str, draw: Draw) -> Template:
    items, acc = plural(noun), draw.local("result", "changed")
    right = (f"insert(0, {noun})", f"insert({acc}.begin(), {noun})")
    lines = [
        (f"def reversed_{items}({items}):", "v:v"),
        f"    {acc} = []",
        f"    for {noun} in {items}:",
        (f"        {acc}.insert(0, {noun})", f"{acc}.insert({acc}.begin(), {noun});"),
        f"    return {acc}",
    ]
    return Template(lines, [f"{draw.numbers()}"], [
        *swaps(METHOD, 3, right, (f"append({noun})", f"push_back({noun})")),
        *swaps(METHOD, 3, ("insert(0, ", "begin()"), ("extend(", "end()")),
        *swaps(SWAPPED, 3, (f"0, {noun}", ""), (f"{noun}, 0", "")),
        *swaps(VARIABLE, 4, acc, items),
        Bug(MISSING_RETURN, 4),
    ])
