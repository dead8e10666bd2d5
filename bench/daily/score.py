"""What the attempts say: pass^k, pass rate with its interval, and a table for people."""

import collections
import math
import statistics


def wilson(passed, of, z=1.96):
    """The 95% interval of a rate, as (low, high)."""
    if of == 0:
        return 0.0, 1.0
    rate = passed / of
    middle = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def pass_hat(passed, of, k):
    """The chance that k attempts drawn from these all passed; None when there are fewer than k."""
    return math.comb(passed, k) / math.comb(of, k) if of >= k else None


def by_task(attempts):
    groups = collections.defaultdict(list)
    for attempt in attempts:
        groups[attempt.task].append(attempt)
    return groups


def summary(attempts, k):
    """Figures over all attempts; `tasks` counts those with at least k attempts."""
    groups = by_task(attempts)
    passed = sum(attempt.passed for attempt in attempts)
    hats = [hat for group in groups.values()
            if (hat := pass_hat(sum(a.passed for a in group), len(group), k)) is not None]
    tokens = {name: sum(getattr(a, name) for a in attempts) for name in ("prompt", "cached", "generated")}
    middle = {name: statistics.median([getattr(a, name) for a in attempts] or [0])
              for name in ("turns", "seconds")}
    return {"attempts": len(attempts), "passed": passed, "interval": wilson(passed, len(attempts)),
            "k": k, "tasks": len(hats), "pass_hat_k": statistics.mean(hats) if hats else None,
            # Attempts at one task resemble one another, so the honest interval is over tasks.
            "pass_hat_interval": wilson(sum(hats), len(hats)), "tokens": tokens, "median": middle,
            "false_done": sum(a.claimed and not a.passed for a in attempts),
            "compactions": sum(a.compactions for a in attempts),
            "rescued": sum(a.rescued for a in attempts),
            "causes": dict(collections.Counter(a.cause for a in attempts if not a.passed).most_common())}


def percent(value):
    return f"{100 * value:.0f}%"


def task_line(task, group):
    marks = "".join("+" if a.passed else "-" for a in sorted(group, key=lambda a: a.number))
    causes = ", ".join(dict.fromkeys(a.cause for a in group if not a.passed))
    middle = {name: statistics.median(getattr(a, name) for a in group)
              for name in ("turns", "seconds", "prompt", "cached", "generated")}
    return (f"  {task.name:<28} {task.language:<10} {task.kind:<10} {task.level}  {marks:<5}"
            f"{middle['turns']:>4.0f} {middle['seconds']:>7.1f} {middle['prompt']:>8.0f} "
            f"{middle['cached']:>8.0f} {middle['generated']:>7.0f}  {causes}").rstrip()


HEADING = (f"  {'task':<28} {'language':<10} {'kind':<10} lv tries turns seconds   prompt   cached  "
           "output  why not")


def totals(attempts, k):
    s = summary(attempts, k)
    if not attempts:
        return ["  nothing was tried"]
    low, high = s["interval"]
    lines = [f"  attempts passed: {s['passed']} of {s['attempts']}, {percent(s['passed'] / s['attempts'])} "
             f"(95% interval {percent(low)} to {percent(high)})"]
    if s["pass_hat_k"] is not None:
        low, high = s["pass_hat_interval"]
        lines.append(f"  pass^{k}: {percent(s['pass_hat_k'])} of {s['tasks']} tasks "
                     f"(95% interval {percent(low)} to {percent(high)})")
    t, m = s["tokens"], s["median"]
    lines.append(f"  a try: {m['turns']:.0f} turns, {m['seconds']:.1f} s (medians); all tries: {t['prompt']:,} prompt "
                 f"tokens, {t['cached']:,} of them cached, {t['generated']:,} generated")
    lines.append(f"  said the tests pass although the proof says no: {s['false_done']}; calls rescued: "
                 f"{s['rescued']}; compactions: {s['compactions']}")
    if s["causes"]:
        lines.append("  why not: " + ", ".join(f"{name} {n}" for name, n in s["causes"].items()))
    return lines


def split(tasks, attempts, k, field):
    """One line per language, kind or level."""
    names = sorted({getattr(task, field) for task in tasks})
    for name in names:
        mine = {task.name for task in tasks if getattr(task, field) == name}
        own = [a for a in attempts if a.task in mine]
        if own:
            s = summary(own, k)
            hat = "" if s["pass_hat_k"] is None else f", pass^{k} {percent(s['pass_hat_k'])}"
            yield f"  {field} {name}: {s['passed']} of {s['attempts']}{hat}"
