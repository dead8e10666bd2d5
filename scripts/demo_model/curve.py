"""Draws OUT/curve.csv as docs/demo-model-curve.svg.

    python3 scripts/demo_model/curve.py --run /tmp/demo-model --out docs/demo-model-curve.svg
"""

import argparse
import csv
import math
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 380, 60, 60, 40, 50
LOSS = "#1f6f8b"
SHARES = {"python_exact": ("Python edits", "#c8553d"), "cpp_exact": ("C++ edits", "#8a5fbf"),
          "fim_exact": ("completions", "#5b8c3a")}


def place(x: float, y: float) -> str:
    """A point of the unit square in the picture."""
    return f"{LEFT + x * (WIDTH - LEFT - RIGHT):.1f},{TOP + (1 - y) * (HEIGHT - TOP - BOTTOM):.1f}"


def label(x: float, y: float, text: str, anchor: str = "middle", colour: str = "#333") -> str:
    px, py = place(x, y).split(",")
    return f'<text x="{px}" y="{py}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


def line(points: list[tuple[float, float]], colour: str) -> str:
    return f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(place(*p) for p in points)}"/>'


def draw(rows: list[dict[str, str]]) -> str:
    tokens = [float(r["tokens"]) / 1e6 for r in rows]
    loss = [float(r["held_out_loss"]) for r in rows]
    end = tokens[-1]
    low, high = math.floor(math.log10(min(loss))), math.ceil(math.log10(max(loss)))

    def loss_y(value: float) -> float:
        return (math.log10(value) - low) / (high - low)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             f'font-size="12">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             label(0.5, 1.09, "Demonstration model on held-out code, while training")]
    for i in range(5):
        x, y = i / 4, i / 4
        parts.append(line([(0, y), (1, y)], "#ddd").replace('"2"', '"1"'))
        parts.append(label(x, -0.07, f"{end * x:.0f}"))
        parts.append(label(1.015, y - 0.01, f"{y:.0%}", "start"))
    for power in range(low, high + 1):
        parts.append(label(-0.015, loss_y(10.0**power) - 0.01, f"{10.0**power:g}", "end", LOSS))
    parts.append(label(0.5, -0.14, "million training tokens"))
    parts.append(label(0.0, 1.02, "loss of the model's own tokens (log)", "start", LOSS))
    parts.append(label(1.0, 1.02, "right to the last token", "end"))
    parts.append(line([(t / end, loss_y(v)) for t, v in zip(tokens, loss)], LOSS))
    for number, (column, (name, colour)) in enumerate(SHARES.items()):
        parts.append(line([(t / end, float(r[column])) for t, r in zip(tokens, rows)], colour))
        parts.append(label(0.98, 0.25 - 0.06 * number, name, "end", colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="the folder train.py wrote")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with (args.run / "curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(draw(rows))


if __name__ == "__main__":
    main()
