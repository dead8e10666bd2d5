"""The work of the small-window suite, and a model without weights that does it.

The model reads eight files of 19 kB to their ends, one after the other, with whatever tool the agent
offers, and then answers. It knows only what a request holds: where neither content nor its own note
of a file is left, it reads again. Like a real model it writes down a line about what it has just
read, and goes on where a read was cut. Asked for a summary, it gives its notes, and not the task:
keeping that is the agent's job.
"""

import dataclasses
import functools
import hashlib
import json
import re

COUNT = 8
SIZE = 19_000
FACTS = ("head", "middle", "tail")
TASK = ("Read the files part1.py to part8.py completely, one after the other, and tell me the release code of each. "
        "Constraint number 4711: change no file, and answer in one line per file.")
MAX_REQUESTS = 120  # of one run; then the model ends it

# What agents call it, best first; else a shell will do.
READ_TOOLS = ("read", "read_file", "readfile", "view", "read_files", "open_file")
SHELL_TOOLS = ("exec_command", "shell", "local_shell", "bash", "run_shell_command", "execute_command",
               "run_terminal_command", "run_commands", "run", "shell_command")
PATH_NAMES = ("path", "filepath", "file_path", "absolute_path", "target_file", "paths", "files", "file_paths")
# A side request, which comes without tools, is for a summary when it speaks of one. With tools it must
# be ordered: what an agent carries on from a summary speaks of it as well.
ABOUT_SUMMARY = re.compile(r"summar|compact|condens|compress|handoff|checkpoint", re.I)
ORDERS_SUMMARY = re.compile(r"\b(create|write|provide|produce|generate|make|give|summari[sz]e)\b[^.]{0,120}"
                            r"(summary|notes|handoff|checkpoint|conversation|history|far)", re.I)
START_NAMES = ("start", "offset", "start_line", "startline", "line_start", "from_line")
STEP = re.compile(r"\bpart([1-8])_step(\d+)\b")
NOTE = re.compile(r"part([1-8])\.py: [^;]{0,100}, read up to step (\d+)")
FACT = re.compile(r"FACT-([1-8])-(head|middle|tail)-[0-9a-f]{8}")


def fact(number, place):
    return f"FACT-{number}-{place}-{hashlib.sha256(f'{number}{place}'.encode()).hexdigest()[:8]}"


@functools.cache
def source(number):
    """A Python module of exactly SIZE bytes with a fact near its start, middle and end."""
    lines, functions = [f'"""Part {number} of the release."""', ""], 0
    marks = dict(zip((200, SIZE // 2, SIZE - 700), FACTS))
    size = 0
    while size < SIZE - 300:
        for at in [at for at in marks if size >= at]:
            lines.append(f"# {fact(number, marks.pop(at))}")
        functions += 1
        lines += [f"def part{number}_step{functions}(order, customer, discount=0):",
                  f'    """Step {functions}: what the customer pays for this order."""',
                  f"    price = order.net_price(step={functions}) - discount",
                  f"    return customer.with_tax(price, rate=order.rate({functions}))", "", ""]
        size = len("\n".join(lines))
    text = "\n".join(lines) + "\n# end "
    return text + "." * (SIZE - len(text) - 1) + "\n"


def fill(project):
    project.mkdir(parents=True, exist_ok=True)
    for number in range(1, COUNT + 1):
        (project / f"part{number}.py").write_text(source(number))


def last_step(number):
    return max(int(step) for _, step in STEP.findall(source(number)))


def line_after(number, step):
    """The line, from 1, that follows a step's function; 1 where nothing was read yet."""
    return 1 if step == 0 else 4 + source(number).split(f"def part{number}_step{step}(")[0].count("\n") + 1


@dataclasses.dataclass
class Reply:
    text: str
    call: tuple | None = None  # (tool, arguments)
    kind: str = "step"  # step, end, summary, aside


class Sight:
    """What a request shows of the files: facts, how far each was read, and what is noted of it."""

    def __init__(self, text):
        self.facts = {(int(number), place) for number, place in FACT.findall(text)}
        self.noted = furthest(NOTE.findall(text))
        self.step = furthest([*STEP.findall(text), *self.noted.items()])

    def complete(self, number):
        return (number, "tail") in self.facts or self.step.get(number, 0) >= last_step(number)

    def note(self, number):
        facts = " ".join(fact(number, place) for place in FACTS if (number, place) in self.facts)
        return f"part{number}.py: {facts}, read up to step {self.step.get(number, 0)}"

    def notes(self, numbers):
        return "; ".join(self.note(number) for number in sorted(numbers))


def furthest(pairs):
    found = {}
    for number, step in pairs:
        found[int(number)] = max(found.get(int(number), 0), int(step))
    return found


class Reader:
    """The model. Say `reply(request)` for each request that fits the window."""

    def __init__(self, project):
        self.project = project
        # What is counted; the replies do not depend on it.
        self.again = 0  # reads of what had been shown before
        self.shown = {}  # the furthest step of each file that any request showed
        self.seen = set()  # facts that any request showed
        self.requests = 0

    def reply(self, body):
        """`body`: the JSON of a Chat Completions or a Responses request."""
        self.requests += 1
        sight = Sight(json.dumps(body.get("messages") or body.get("input") or ""))
        self.seen |= sight.facts
        self.shown = furthest([*self.shown.items(), *sight.step.items()])
        tools = tools_of(body)
        if wants_summary(body, tools):
            return Reply("So far: " + sight.notes(sight.step), kind="summary")
        if not tools:
            return Reply("Reading eight files", kind="aside")
        missing = [number for number in range(1, COUNT + 1) if not sight.complete(number)]
        if not missing or self.requests > MAX_REQUESTS:
            return Reply("Done. " + sight.notes(sight.step), kind="end")
        return self.read_on(sight, tools, missing[0])

    def read_on(self, sight, tools, number):
        news = [n for n, step in sight.step.items() if step > sight.noted.get(n, 0)]
        step = sight.step.get(number, 0)
        call = read_call(tools, self.project / f"part{number}.py", line_after(number, step))
        if call is None:
            return Reply("There is no tool to read with.", kind="end")
        self.again += step < self.shown.get(number, 0)
        return Reply(sight.notes(news) or "Reading.", call)

    @property
    def finished(self):
        return self.requests <= MAX_REQUESTS


def tools_of(body):
    """{name: schema of its arguments}, of both APIs."""
    found = {}
    for tool in body.get("tools") or []:
        function = tool.get("function", tool)
        if function.get("name"):
            found[function["name"]] = function.get("parameters") or {}
    return found


def wants_summary(body, tools):
    messages = body.get("messages") or body.get("input") or []
    last = messages[-1] if isinstance(messages, list) and messages else {}
    asked = json.dumps(last.get("content", "")) if last.get("role") in ("user", "developer", "system") else ""
    if not tools:
        return bool(ABOUT_SUMMARY.search(asked + json.dumps(messages[:1]) + str(body.get("instructions", ""))))
    # The task, and what carries it on, is longer than an order alone; notes in it are no order.
    return TASK[:40] not in asked and not FACT.search(asked) and bool(ORDERS_SUMMARY.search(asked))


def read_call(tools, path, start):
    """(name, arguments) that read a file from a line on with what is offered; None when nothing can."""
    names = {name.lower(): name for name in tools}
    for wanted in READ_TOOLS:
        schema = tools.get(names.get(wanted), {})
        if wanted in names and (start == 1 or any(name in json.dumps(schema).lower() for name in START_NAMES)):
            return names[wanted], arguments(schema, {"path": str(path), "start": start})
    command = f"cat {path}" if start == 1 else f"tail -n +{start} {path}"
    for wanted in SHELL_TOOLS:
        if wanted in names:
            return names[wanted], arguments(tools[names[wanted]], {"command": command})
    return None


def arguments(schema, values):
    """Values for a tool's arguments: the given ones, and what else is required."""
    given = {}
    for name, rule in (schema.get("properties") or {}).items():
        meant = meaning(name)
        if meant in values and not (meant == "start" and values["start"] == 1):
            given[name] = fitting(rule, values, meant)
        elif name in schema.get("required", []):
            given[name] = {"integer": 1, "number": 1, "boolean": False, "array": []}.get(
                rule.get("type"), (rule.get("enum") or ["reads the file"])[0])
    return given


def meaning(name):
    for meant, names in (("path", PATH_NAMES), ("start", START_NAMES), ("command", ("cmd", "command", "commands"))):
        if name.lower() in names:
            return meant
    return None


def fitting(rule, values, meant):
    """The value in the form that the schema wants: plain, or in a list, or in a list of objects."""
    options = [rule, *rule.get("anyOf", []), *rule.get("oneOf", [])]
    listed = next((option for option in options if option.get("type") == "array"), None)
    if listed is None:
        return values[meant]
    items = listed.get("items") or {}
    choices = [items, *items.get("anyOf", []), *items.get("oneOf", [])]
    objects = next((choice for choice in choices if choice.get("type") == "object"), None)
    if objects is not None:
        return [arguments(objects, values)]
    # A command in words is for execve, and this one is for a shell.
    return ["sh", "-c", values[meant]] if meant == "command" and "commands" not in str(rule) else [values[meant]]
