"""What a template is: a small function in Python and C++, and the ways it can be broken.

Templates are written in Python; `translate` turns the plain lines into C++, and what it cannot turn is
given beside them. A bug replaces a fragment of one line, or drops lines. One that has no meaning in a
language (a slice in C++) does not exist there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import words

OPERATOR = "wrong operator"
OFF_BY_ONE = "off by one"
SWAPPED = "swapped arguments"
VARIABLE = "wrong variable"
MISSING_RETURN = "missing return"
CONSTANT = "wrong constant"
INVERTED = "inverted condition"
BASE_CASE = "missing base case"
COMPARISON = "wrong comparison"
START = "wrong initial value"
EDGE_CASE = "missing edge case"
METHOD = "wrong method"
FAMILIES = (OPERATOR, OFF_BY_ONE, SWAPPED, VARIABLE, MISSING_RETURN, CONSTANT, INVERTED, BASE_CASE, COMPARISON,
            START, EDGE_CASE, METHOD)
LANGUAGES = ("python", "cpp")

Both = str | tuple[str, str]  # the same in both languages, or (Python, C++); "" in C++: does not exist there


@dataclass(frozen=True)
class Bug:
    """`wrong` in place of `right` in one line of a template; or `count` lines missing from there."""

    family: str
    line: int
    right: Both = ""
    wrong: Both | None = None
    count: int = 1


@dataclass(frozen=True)
class Broken:
    """A bug in one language: `right` lines of the code at index `line` become `wrong` ones."""

    family: str
    line: int
    right: list[str]
    wrong: list[str]


@dataclass(frozen=True)
class Code:
    """A function in one language."""

    name: str
    lines: list[str]
    bugs: list[Broken]
    calls: list[tuple[str, object]]  # in Python's syntax, with what they return


class Draw:
    """A template's random choices; held-out code has choices that training never makes."""

    def __init__(self, rng: Random, held_out: bool, invented: float = 0.3):
        self.rng, self.held_out, self.invented = rng, held_out, invented
        self.taken: set[str] = set()

    def pick(self, *options, unseen: tuple = ()):
        """One of the options; those in `unseen` are for held-out code only."""
        return self.rng.choice([o for o in options if self.held_out or o not in unseen])

    def pair(self, *options: tuple[str, str], unseen: tuple = ()) -> tuple[str, str]:
        """Two parameters that belong together: those that go by few names must be copied, too."""
        if self.held_out or self.rng.random() >= self.invented:
            return self.pick(*options, unseen=unseen)
        return self.local(words.made_up(self.rng)), self.local(words.made_up(self.rng))

    def local(self, *names: str) -> str:
        """A variable's or parameter's name, another one at each call."""
        while (name := self._local(names)) in self.taken:
            pass
        self.taken.add(name)
        return name

    def _local(self, names: tuple[str, ...]) -> str:
        unusual = self.rng.random()
        if self.held_out:
            return self.rng.choice(words.HELD_OUT_LOCALS if unusual < 0.5 else names)
        return words.made_up(self.rng) if unusual < self.invented else self.rng.choice(names)

    def numbers(self, low: int = 2, high: int = 30, count: int = 0) -> list[int]:
        return self.rng.sample(range(low, high), count or self.rng.randint(3, 4))


@dataclass
class Template:
    """Lines and bugs of one function, before they are written in a language.

    A `def` line goes with its types: "result:parameters", of i (int), b (bool), d (double), s (string),
    v (vector) and w (vector that the function changes)."""

    lines: list[Both]
    calls: list[str]
    bugs: list[Bug] = field(default_factory=list)


Maker = Callable[[str, Draw], Template]
MAKERS: list[Maker] = []


def template(make: Maker) -> Maker:
    MAKERS.append(make)
    return make


def swaps(family: str, line: int, right: Both, *wrong: Both) -> list[Bug]:
    return [Bug(family, line, right, w) for w in wrong]


def defined(code: Code) -> list[str]:
    """The names of its functions: helpers too."""
    return [m.group(1) for line in code.lines if (m := re.match(r"(?:def|inline \S+) (\w+)\(", line))]


def of(both: Both, language: str) -> str:
    return both if isinstance(both, str) else both[LANGUAGES.index(language)]


TYPES = {"i": "int", "b": "bool", "d": "double", "s": "std::string", "v": "std::vector<int>", "w": "std::vector<int>"}
_TERMS = (
    (re.compile(r"\blen\((\w+)\)"), r"\1.size()"), (re.compile(r"\bTrue\b"), "true"),
    (re.compile(r"\bFalse\b"), "false"), (re.compile(r"\bnot (\w+)$"), r"!\1"), (re.compile(r"\bnot (.+)$"), r"!(\1)"),
    (re.compile(r" // "), " / "), (re.compile(r"\b(min|max)\("), r"std::\1("),
    (re.compile(r"\.append\("), ".push_back("), (re.compile(r"(\w)\[(\w[^\]]*)\]"), r"\1.at(\2)"),
    (re.compile(r"\.(start|end)swith\("), r".\1s_with("),
)
_UNKNOWN = re.compile(r"\[[^\]]*:|\[-|\*\*|\.(extend|insert|remove|index|count|pop|strip)\(| in |\bNone\b|/ len")


def signature(line: str, types: str) -> str:
    name, parameters = re.match(r"def (\w+)\((.*)\):", line).groups()
    result, kinds = types.split(":")
    shown = [f"const {TYPES[k]}& {p}" if k in "sv" else f"{TYPES[k]} {p}"
             for k, p in zip(kinds, parameters.split(", "), strict=True)]
    return f"inline {TYPES[result]} {name}({', '.join(shown)}) {{"


def translate(line: str, declared: set[str]) -> str | None:
    """A Python line in C++, or None; `declared` gains the variables that the line introduces."""
    text = line.strip()
    new = ""
    if found := re.fullmatch(r"for (\w+) in range\((?:(.+), )?(.+)\):", text):
        name, first, last = found.group(1), found.group(2) or "0", found.group(3)
        text, end = f"for (int {name} = {first}; {name} < {last}; {name}++)", ""
    elif found := re.fullmatch(r"for (\w+) in (\w+):", text):
        text, end = f"for (int {found.group(1)} : {found.group(2)})", ""
    elif found := re.fullmatch(r"if not (\w+):", text):
        text, end = f"if ({found.group(1)}.empty())", ""
    elif found := re.fullmatch(r"if (\w+):", text):
        text, end = f"if (!{found.group(1)}.empty())", ""
    elif found := re.fullmatch(r"if (.+):", text):
        text, end = "if (" + terms(found.group(1)) + ")", ""
    elif found := re.fullmatch(r"(\w+) = \[\]", text):
        text, end = f"std::vector<int> {found.group(1)}", ";"
        declared.add(found.group(1))
    else:
        if (found := re.match(r"(\w+) = ", text)) and found.group(1) not in declared:
            declared.add(found.group(1))
            new = "int "
        end = ";"
    text = terms(text)
    if _UNKNOWN.search(text):
        return None
    return " " * ((len(line) - len(line.lstrip())) // 2) + new + text + end


def terms(text: str) -> str:
    for pattern, with_ in _TERMS:
        text = pattern.sub(with_, text)
    return text


def results(lines: list[str], name: str, calls: list[str]) -> list[tuple[str, object]]:
    scope: dict = {}
    exec("\n".join(lines), scope)
    return [(f"{name}({a})", eval(f"{name}({a})", scope)) for a in calls]


class Writer:
    """Writes a template in one language and keeps where each of its lines went."""

    def __init__(self, language: str):
        self.language = language
        self.lines: list[str] = []
        self.at: list[int] = []  # index in `lines` of each template line
        self.before: list[set[str]] = []  # variables declared before each template line
        self.declared: set[str] = set()

    def add(self, line: Both) -> bool:
        """False when the language has no such line."""
        python = of(line, "python")
        text: str | None = python
        if self.language == "cpp":
            text = self.in_cpp(line, python)
            if not text:
                return False
        elif python.startswith("def ") and self.lines:
            self.lines += ["", ""]
        self.at.append(len(self.lines))
        self.lines.append(text)
        return True

    def in_cpp(self, line: Both, python: str) -> str | None:
        if python.startswith("def "):
            if self.lines:
                self.lines += ["}", ""]
            self.declared = set()
            self.before.append(set())
            return signature(python, line[1])
        self.before.append(set(self.declared))
        if isinstance(line, str):
            return translate(line, self.declared)
        return line[1] and " " * ((len(python) - len(python.lstrip())) // 2) + line[1]

    def broken(self, template: Template, bug: Bug) -> Broken | None:
        at = self.at[bug.line]
        if bug.wrong is None:
            return Broken(bug.family, at, self.lines[at : at + bug.count], [])
        line, right, wrong = template.lines[bug.line], of(bug.right, self.language), of(bug.wrong, self.language)
        if self.language == "cpp" and isinstance(line, str) and isinstance(bug.right, str):
            text = None
            if right in line and isinstance(bug.wrong, str):
                text = translate(line.replace(right, wrong, 1), set(self.before[bug.line]))
        else:
            here = self.lines[at]
            text = here.replace(right, wrong, 1) if right and wrong and right in here else None
        if text is None or text == self.lines[at]:
            return None
        return Broken(bug.family, at, [self.lines[at]], [text])


def write(template: Template, language: str) -> Code | None:
    """None when the template has no form in this language."""
    writer = Writer(language)
    if not all([writer.add(line) for line in template.lines]):
        return None
    if language == "cpp":
        writer.lines.append("}")
    python = [of(line, "python") for line in template.lines]
    name = re.match(r"def (\w+)", [p for p in python if p.startswith("def ")][-1]).group(1)
    bugs = [b for bug in template.bugs if (b := writer.broken(template, bug))]
    return Code(name, writer.lines, bugs, results(python, name, template.calls))
