"""The 20-turn task that turn, memory and sandbox replay: what an agent does, without a model."""

from server import call, text

MODULE = "package3/module3.py"


def turns(count=20):
    """Replies: search, read, edit in rotation, then a last word. Edits really change the file."""
    replies = []
    for index in range(count - 1):
        kind = index % 3
        if kind == 0:
            replies.append(call("search", pattern=f"def value_{index + 3}_1[0-9]\\b"))
        elif kind == 1:
            replies.append(call("read", path=MODULE, start=1 + index, end=120 + index))
        else:
            replies.append(call("edit", path=MODULE, old=f"def value_3_{index}():\n    return {index}\n",
                                new=f"def value_3_{index}():\n    return {index} + 0\n"))
    return [*replies, text("I changed what was asked.")]


def restore(project):
    """Takes the edits of an earlier run of turns() back."""
    path = project / MODULE
    path.write_text(path.read_text().replace(" + 0\n", "\n"))
