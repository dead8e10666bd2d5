"""The tests must pass on slug.py as it is, and notice each of six mistakes put into it."""

import pathlib
import subprocess
import sys

RIGHT = pathlib.Path("slug.py").read_text()
MISTAKES = [
    (".decode().lower()", ".decode()"),
    ('normalize("NFKD", title)', 'normalize("NFC", title)'),
    ('text = "-".join(words)', 'text = "--".join(words)'),
    ('cut = text[:limit + 1].rfind("-")', "cut = 0"),
    ("    if len(text) > limit:\n", "    if False:\n"),
    ('return text or "untitled"', "return text"),
]


def passes(source):
    pathlib.Path("slug.py").write_text(source)
    done = subprocess.run([sys.executable, "-B", "-m", "unittest", "test_slug"], capture_output=True, text=True)
    return done.returncode == 0 and "Ran 0 tests" not in done.stderr


if not passes(RIGHT):
    sys.exit("the tests do not pass on slug.py as it is")
noticed = [not passes(RIGHT.replace(old, new)) for old, new in MISTAKES]
for (old, _), seen in zip(MISTAKES, noticed):
    if not seen:
        print("not noticed: a change of", old)
print(f"{sum(noticed)} of {len(MISTAKES)} mistakes noticed")
sys.exit(not all(noticed))
