#!/usr/bin/env python3
"""A few cases of ./dev bench spill: memory that is not as planned is never silent, and no reply is
lost. The whole campaign is bench/spill.py."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "bench"))
from harness import check, main  # noqa: E402
import spill  # noqa: E402
import spill_cases  # noqa: E402
from spill_trial import Trial  # noqa: E402

KINDS = [spill_cases.engine_lies_on_cpu, spill_cases.engine_lies_on_gpu, spill_cases.engine_rounds,
         spill_cases.full_context_kills, spill_cases.others_take_ram, spill_cases.others_take_gpu,
         spill_cases.driver_moves_memory, spill_cases.engine_is_killed,
         spill_cases.engine_is_killed_while_loading, spill_cases.engine_hangs]


def one_case_of_each_kind():
    with tempfile.TemporaryDirectory() as folder:
        models = spill.make_models(folder)
        for seed, case in enumerate(KINDS):
            trial = Trial(models, seed)
            try:
                verdict = case(trial)
            finally:
                trial.close()
            wrong = [key for key in ("silent", "lost", "false_alarm") if verdict.get(key)]
            check(not wrong, f"{case.__name__}: {verdict}: {trial.tail()}")
            print(f"{case.__name__} is seen", flush=True)


if __name__ == "__main__":
    main(one_case_of_each_kind)
