#!/usr/bin/env python3
"""Fails when an include breaks the module order of src/CMakeLists.txt, a file is too long, or a
quarantined header escapes its place. Prints one line per fault: FILE:LINE: what."""

import pathlib
import re
import sys

QUARANTINES = (  # header pattern, where it may be included, why
    (r"httplib\.h", lambda p: p.parts[0] == "net", "httplib belongs to net/"),
    (r"ftxui/.*", lambda p: p.parts[0] == "tui", "FTXUI belongs to tui/"),
    (r"nlohmann/(?!json_fwd).*", lambda p: p.suffix == ".cpp", "JSON is for .cpp files only"),
    (r"CLI/.*", lambda p: p.parts[0] == "app", "CLI11 belongs to app/"),
    (r"toml\+\+/.*", lambda p: p.parts[0] == "app", "toml++ belongs to app/"),
    (r"((sys|linux|net|netinet|arpa)/.*|unistd|fcntl|poll|signal|spawn|sched|pwd|termios|seccomp)(\.h)?",
     lambda p: p.parts[0] in ("sys", "sandbox"), "system calls belong to sys/ and sandbox/"),
)
TEST_MAY_INCLUDE_SYSTEM_HEADERS = "_test.cpp"
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)[">]')


def modules(cmake: str) -> dict[str, list[str]]:
    allowed: dict[str, list[str]] = {}
    for name, rest in re.findall(r"^module\((\w+)([^)]*)\)", cmake, re.M):
        allowed[name] = rest.split("LIBS")[0].split()
    return allowed


def order_faults(allowed: dict[str, list[str]]) -> list[str]:
    names = list(allowed)
    return [f"src/CMakeLists.txt:1: {name} names {dep}, which is not above it"
            for i, name in enumerate(names) for dep in allowed[name] if dep not in names[:i]]


def file_faults(src: pathlib.Path, file: pathlib.Path, allowed: dict[str, list[str]]) -> list[str]:
    path = file.relative_to(src)
    module = path.parts[0]
    lines = file.read_text().splitlines()
    is_test = file.name.endswith(TEST_MAY_INCLUDE_SYSTEM_HEADERS)
    faults = []
    limit = 800 if is_test else 500
    if len(lines) > limit:
        faults.append(f"{file}:{limit}: {len(lines)} lines; the limit is {limit}")
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, header = match.groups()
        if quote == '"':
            other = header.split("/")[0]
            if module != "app" and other != module and other not in allowed.get(module, []):
                faults.append(f"{file}:{number}: {module} may not include {other}/")
            continue
        for pattern, may, why in QUARANTINES:
            system = "system calls" in why
            if re.fullmatch(pattern, header) and not may(path) and not (system and is_test):
                faults.append(f"{file}:{number}: <{header}>: {why}")
    return faults


def check(src: pathlib.Path) -> list[str]:
    allowed = modules((src / "CMakeLists.txt").read_text())
    if not allowed:
        return [f"{src}/CMakeLists.txt:1: no module(…) line found"]
    faults = order_faults(allowed)
    for file in sorted(src.rglob("*.[ch]pp")):
        faults += file_faults(src, file, allowed)
    return faults


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src"))
    print("\n".join(found) or "layers: no fault")
    sys.exit(bool(found))
