#!/usr/bin/env python3
"""Folders, disks, environments and configurations that get in the way: nothing is lost, the
message says what is wrong, and where it can the work goes on."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import (Fake, Place, call, check, main, say, tree)  # noqa: E402
from local_engine import TINY_MODEL, fake_engine  # noqa: E402

EDIT = call("edit", path="a.txt", old="one", new="two")


def bwrap(place, *args):
    """Runs plim in a view of this system in which a folder is not what it was."""
    return ["bwrap", "--dev-bind", "/", "/", *args, "--chdir", str(place.project), "--"]


def run(place, fake, *args, env=None, wrap=()):
    done = place.run(["run", "--endpoint", fake.endpoint, "--yes", *args, "Do it."], env, wrap)
    check("Sanitizer" not in done.err and "internal error" not in done.err, done)
    return done


def tool_results(fake):
    return [m["content"] for m in fake.requests()[-1]["messages"] if m["role"] == "tool"]


def a_read_only_project():
    with Place() as place:
        place.write("a.txt", "one\n")
        with Fake(place, [EDIT, call("write", path="b.txt", content="b\n"), say("I cannot.")]) as fake:
            done = run(place, fake,
                       wrap=bwrap(place, "--ro-bind", str(place.project), str(place.project)))
            check(done.code == 3, done)
            results = tool_results(fake)
            check(len(results) == 2 and all(r.startswith("error: ") for r in results), results)
            check(all("read-only" in r.lower() for r in results), results)
        check(tree(place.project)["a.txt"][1] == b"one\n", "a.txt changed")


def a_full_disk():
    """The project is on a disk of 32 KiB; the edit needs more. The file keeps its old bytes."""
    with Place() as place:
        old = "one\n" + "x" * 20_000 + "\n"
        copy = (f'printf "one\\n" > {place.project}/a.txt && head -c 20000 /dev/zero | '
                f'tr "\\0" x >> {place.project}/a.txt && echo >> {place.project}/a.txt && '
                f'"$@"; code=$?; cp {place.project}/* {place.root}/outside/; exit $code')
        wrap = [*bwrap(place, "--size", "32768", "--tmpfs", str(place.project)),
                "sh", "-c", copy, "sh"]
        script = [EDIT, call("write", path="b.txt", content="y" * 16_000), say("The disk is full.")]
        with Fake(place, script) as fake:
            done = run(place, fake, wrap=wrap)
            check(done.code == 3, done)
            results = tool_results(fake)
            check(all(r.startswith("error: ") for r in results), results)
            check(all("No space left" in r or "full" in r for r in results), results)
        check(tree(place.root / "outside") == {"a.txt": (0o644, old.encode())},
              f"left on the disk: { {k: len(v[1]) for k, v in tree(place.root / 'outside').items()} }")


def state_that_cannot_be_written():
    """Undo could not be promised, so nothing begins."""
    with Place() as place:
        place.write("a.txt", "one\n")
        (place.root / "file").write_text("in the way")
        with Fake(place, [EDIT, say("Done.")]) as fake:
            done = run(place, fake, env={"XDG_STATE_HOME": f"{place.root}/file/state"})
            check(done.code == 1 and f"{place.root}/file" in done.err, done)
            check(fake.requests() == [], "the model was asked")
        check((place.project / "a.txt").read_text() == "one\n", "a.txt changed")


def a_runtime_folder_that_cannot_be_made():
    """The engine's socket has no place there: said, with exit code 4, or another is found."""
    with Place() as place:
        (place.root / "file").write_text("in the way")
        engine = fake_engine(place, [], [say("Done.")])
        done = place.run(["run", "--engine", engine, "--device", "cpu", "--model", TINY_MODEL,
                          "--yes", "Do it."], {"XDG_RUNTIME_DIR": f"{place.root}/file/run"})
        check(done.code == 4 and f"{place.root}/file/run" in done.err, done)


def a_runtime_folder_too_deep_for_a_socket():
    with Place() as place:
        engine = fake_engine(place, [], [say("Done.")])
        deep = place.root / ("d" * 100)
        deep.mkdir()
        done = place.run(["run", "--engine", engine, "--device", "cpu", "--model", TINY_MODEL,
                          "--yes", "Do it."], {"XDG_RUNTIME_DIR": str(deep)})
        check(done.code == 0, done)


def no_home():
    with Place() as place:
        place.write("a.txt", "one\n")
        with Fake(place, [EDIT, say("Done.")]) as fake:
            del place.env["HOME"]
            done = run(place, fake)
            check(done.code == 3, done)
        check((place.project / "a.txt").read_text() == "two\n", "a.txt is not edited")


def nothing_of_the_environment():
    """Neither HOME nor XDG: there is no place for state, and none is made in the project."""
    with Place() as place:
        with Fake(place, [say("Done.")]) as fake:
            for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
                del place.env[name]
            done = run(place, fake)
            check(done.code in (1, 2) and "HOME" in done.err, done)
        check(tree(place.project) == {}, f"written into the project: {tree(place.project)}")


def projects_that_cannot_be_one():
    with Place() as place, Fake(place, [say("Done.")]) as fake:
        for folder, said in [("/", "/"), (f"{place.root}/home", "home"),
                             (f"{place.root}/nowhere", "nowhere")]:
            done = place.run(["-C", folder, "run", "--endpoint", fake.endpoint, "--yes", "Do it."])
            check(done.code in (1, 2) and said in done.err, f"{folder}: {done}")
        check(fake.requests() == [], "the model was asked")


def a_session_that_is_open_elsewhere():
    with Place() as place:
        with Fake(place, [{"content": "a long story " * 500, "delay_ms": 20}]) as fake:
            process = place.start(["run", "--endpoint", fake.endpoint, "--yes", "Do it."])
            process.stdout.readline()
            done = place.run(["resume", "--endpoint", fake.endpoint, "--yes"])
            check(done.code != 0 and str(process.pid) in done.err, done)
            process.terminate()
            check(place.finish(process).code == 130, "the first one did not end")


def configurations():
    with Place() as place:
        file = place.root / "config/plimsoll/config.toml"
        file.parent.mkdir()
        for text, said in [("[modle]\npath = 'x'\n", "model.path"),
                           ("[agent]\nmax_turn = 3\n", "agent.max_turns"),
                           ("[agent]\nmax_turns = 'many'\n", "whole number"),
                           ("[agent\n", "config.toml:1")]:
            file.write_text(text)
            done = place.run(["run", "Do it."])
            check(done.code == 2 and said in done.err, f"{text!r}: {done}")
        file.write_text("[agent]\nmax_turns = 7\n")
        done = place.run(["config"], {"PLIM_ENGINE_STALL_S": "9"})
        check(done.code == 0, done)
        for line in ("agent.max_turns      7", "config.toml:2", "engine.stall_s       9",
                     "$PLIM_ENGINE_STALL_S"):
            check(line in done.out, f"{line!r}: {done}")


def command_lines():
    with Place() as place:
        for args, code, said in [([], 2, "run"), (["--help"], 0, "Exit codes"),
                                 (["--version"], 0, "plim 0."), (["fly"], 2, "--help"),
                                 (["run"], 2, "task"), (["run", "--max-turns", "x", "t"], 2, "whole"),
                                 (["run", "--nope", "t"], 2, "--nope"), (["log"], 0, "no session"),
                                 (["undo"], 0, "nothing to undo"), (["resume"], 1, "no session"),
                                 (["log", "../../etc/passwd"], 2, "session"),
                                 (["undo", "nonsense"], 1, "nonsense")]:
            done = place.run(args)
            check(done.code == code and said in done.out + done.err, f"plim {args}: {done}")


if __name__ == "__main__":
    main(a_read_only_project, a_full_disk, state_that_cannot_be_written,
         a_runtime_folder_that_cannot_be_made, a_runtime_folder_too_deep_for_a_socket, no_home,
         nothing_of_the_environment, projects_that_cannot_be_one, a_session_that_is_open_elsewhere,
         configurations, command_lines)
