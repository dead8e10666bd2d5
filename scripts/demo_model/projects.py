"""Small projects with tests and at most one bug, in Python and C++."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random

import cpp_runner
import functions
import loops  # noqa: F401  the templates register themselves
import shorts  # noqa: F401
import words
from functions import MAKERS, Broken, Code, Draw, Maker

HEADS = ("Helpers for", "Work with", "Functions for")
HELD_OUT_HEADS = ("All about", "Calculations with")


@dataclass(frozen=True)
class Mix:
    """What to draw projects from."""

    held_out: bool = False  # words, names, texts and choices that training never sees
    languages: tuple[str, ...] = functions.LANGUAGES
    families: tuple[str, ...] = functions.FAMILIES
    real: float = 0.5  # of the nouns for training, the share that is English
    invented: float = 0.3  # of the locals' names for training, the share that is made up


@dataclass
class Project:
    language: str
    path: str  # the module with the bug
    files: dict[str, str]
    test: str  # the command that tests it
    code: Code  # the function with the bug, or one of those that could have it
    bug: Broken | None
    line: int = 0  # the edit that repairs it: this line (1-based) ...
    fixed: str = ""  # ... becomes this
    sources: list[str] = field(default_factory=list)  # all modules

    @property
    def repaired(self) -> dict[str, str]:
        return self.edited(self.line, self.fixed) if self.bug else self.files

    def edited(self, line: int, new: str) -> dict[str, str]:
        lines = self.files[self.path].split("\n")
        lines[line - 1] = new
        return self.files | {self.path: "\n".join(lines)}


@cache
def makers(family: str | None, language: str) -> list[Maker]:
    """The templates that have bugs of this family in this language."""
    found = defaultdict(int)
    for number, make in enumerate(MAKERS * 6):
        code = functions.write(make("price", Draw(Random(number), True)), language)
        found[make] += code is not None and (family is None or any(b.family == family for b in code.bugs))
    return [make for make in MAKERS if found[make]]


def draw_code(rng: Random, noun: str, language: str, held_out: bool, family: str | None = None,
              invented: float = 0.3) -> Code:
    """A function; with a bug of `family` among its bugs if one is given."""
    while True:
        code = functions.write(rng.choice(makers(family, language))(noun, Draw(rng, held_out, invented)), language)
        if code and (family is None or any(b.family == family for b in code.bugs)):
            return code


def make_project(rng: Random, held_out: bool = False, language: str | None = None, family: str | None = None,
                 passing: bool = False, modules: int = 1, real: float = 0.5, invented: float = 0.3) -> Project:
    """One project; a language or family that is not given is drawn. Its bug may turn out to break no test."""
    language = language or rng.choice(functions.LANGUAGES)
    names = words.draw(rng, 2 * modules + 1, held_out, real)
    family = family or rng.choice([f for f in functions.FAMILIES if makers(f, language)])
    target = draw_code(rng, names[0], language, held_out, None if passing else family, invented)
    bug = None if passing else rng.choice([b for b in target.bugs if b.family == family])
    parts = []
    for number in range(modules):
        count = rng.choices((1, 2, 3), (5, 4, 1) if language == "python" and modules == 1 else (6, 4, 0))[0]
        parts.append([draw_code(rng, rng.choice(names[number : number + 2]), language, held_out, invented=invented)
                      for _ in range(count)])
    parts[0][rng.randrange(len(parts[0]))] = target
    defined = [name for part in parts for code in part for name in functions.defined(code)]
    is_header_taken = language == "cpp" and "check" in names[modules + 1 :]  # by the tests' own check.hpp
    if len(set(defined)) < len(defined) or is_header_taken:
        return make_project(rng, held_out, language, family, passing, modules, real, invented)
    head = rng.choice(HELD_OUT_HEADS if held_out else HEADS) + f" {words.plural(names[0])}." \
        if rng.random() < 0.2 else ""
    build = python_project if language == "python" else cpp_project
    project = build(names[modules + 1 :], names[-1], parts, head)
    project.code, project.bug = target, bug
    if rng.random() < 0.35:
        project.files["README.md"] = f"# {project.path.split('.')[0]}\n"
    if bug:
        break_it(project)
    return project


def break_it(project: Project) -> None:
    """Puts the bug into the module, which holds the right code."""
    bug = project.bug
    text = project.files[project.path].split("\n")
    start = find(text, project.code.lines) + bug.line
    assert text[start : start + len(bug.right)] == bug.right
    if bug.wrong:
        project.line, project.fixed = start + 1, bug.right[0]
    else:
        project.line, project.fixed = start, "\n".join([text[start - 1], *bug.right])
    text[start : start + len(bug.right)] = bug.wrong
    project.files[project.path] = "\n".join(text)


def find(text: list[str], part: list[str]) -> int:
    return next(n for n in range(len(text)) if text[n : n + len(part)] == part)


def python_project(modules: list[str], name: str, parts: list[list[Code]], head: str) -> Project:
    name = modules[0] if len(modules) == 1 else name
    files, test = {}, ["import unittest", ""]
    for module, codes in zip(modules, parts, strict=True):
        lines = [f'"""{head}"""', "", ""] if head and not files else []
        for code in codes:
            lines += [*code.lines, "", ""]
        files[f"{module}.py"] = "\n".join(lines[:-2]) + "\n"
        test.append(f"from {module} import {', '.join(code.name for code in codes)}")
    test += ["", "", f"class {name.capitalize()}Test(unittest.TestCase):"]
    for code in (code for codes in parts for code in codes):
        test.append(f"    def test_{code.name}(self):")
        test += [python_check(call, value) for call, value in code.calls]
        test.append("")
    sources = list(files)
    files[f"test_{name}.py"] = "\n".join(test[:-1]) + "\n"
    return Project("python", sources[0], files, "python3 -m unittest", parts[0][0], None, sources=sources)


def python_check(call: str, value: object) -> str:
    if isinstance(value, bool):
        return f"        self.assert{value}({call})"
    return f"        self.assertEqual({call}, {f'{value:g}' if isinstance(value, float) else repr(value)})"


def cpp_project(modules: list[str], name: str, parts: list[list[Code]], head: str) -> Project:
    name = modules[0] if len(modules) == 1 else name
    files, test = {}, [f'#include "{file}"' for file in sorted(["check.hpp", *(f"{m}.hpp" for m in modules)])]
    for module, codes in zip(modules, parts, strict=True):
        body = "\n\n".join("\n".join(code.lines) for code in codes) + "\n"
        needs = [h for h, sign in (("algorithm", "std::m"), ("string", "std::string"), ("vector", "std::vector"))
                 if sign in body]
        includes = "".join(f"#include <{h}>\n" for h in needs) + "\n" * bool(needs)
        files[f"{module}.hpp"] = f"// {head}\n" * (bool(head) and not files) + f"#pragma once\n\n{includes}{body}"
    test += ["", "int main() {"]
    for code in (code for codes in parts for code in codes):
        test += [f"  CHECK({cpp_value(call)}, {cpp_value(repr_of(value))});" for call, value in code.calls]
    sources = list(files)
    files["Makefile"] = cpp_runner.MAKEFILE.format(f"test_{name}")
    files["check.hpp"] = cpp_runner.CHECK
    files[f"test_{name}.cpp"] = "\n".join([*test, "  return failures > 0;", "}"]) + "\n"
    return Project("cpp", sources[0], files, "make test", parts[0][0], None, sources=sources)


def repr_of(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)


def cpp_value(text: str) -> str:
    """Python's literals as C++'s."""
    for python, cpp in (("[", "{"), ("]", "}"), ("'", '"'), ("True", "true"), ("False", "false")):
        text = text.replace(python, cpp)
    return text
