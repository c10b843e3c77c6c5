#!/usr/bin/env python3
"""to_svg — turns a terminal screen into a picture, for the README and for looking at colours.

usage: tmux capture-pane -ep -t SESSION | tests/screens/to_svg.py > screen.svg
Reads text with SGR escapes (as tmux prints them), writes an SVG with the same cells and colours.
"""
import re
import sys
import unicodedata
from html import escape

CELL_WIDTH, CELL_HEIGHT, MARGIN = 8.4, 18, 12
GROUND, INK = "#14181c", "#d5dbe1"
BASE = ["#2b3138", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#abb2bf",
        "#6b7480", "#ff7b86", "#b5e08f", "#ffd787", "#82c4ff", "#dd9bf2", "#7ad3df", "#ffffff"]


def colour(number):
    if number < 16:
        return BASE[number]
    if number < 232:
        levels = [0, 95, 135, 175, 215, 255]
        number -= 16
        return "#%02x%02x%02x" % (levels[number // 36], levels[number // 6 % 6], levels[number % 6])
    return "#%02x%02x%02x" % ((8 + (number - 232) * 10,) * 3)


class Pen:
    def __init__(self):
        self.reset()

    def reset(self):
        self.ink, self.ground = None, None
        self.bold = self.dim = self.reverse = self.underline = self.italic = False

    def apply(self, codes):
        codes = [int(code or 0) for code in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in (1, 22):
                self.bold, self.dim = code == 1, False
            elif code == 2:
                self.dim = True
            elif code in (3, 23):
                self.italic = code == 3
            elif code in (4, 24):
                self.underline = code == 4
            elif code in (7, 27):
                self.reverse = code == 7
            elif code in (38, 48) and codes and codes[0] == 5:
                codes.pop(0)
                self.set(code == 38, colour(codes.pop(0)))
            elif code in (39, 49):
                self.set(code == 39, None)
            elif 30 <= code <= 37 or 40 <= code <= 47:
                self.set(code < 40, colour(code % 10))
            elif 90 <= code <= 97 or 100 <= code <= 107:
                self.set(code < 100, colour(code % 10 + 8))

    def set(self, is_ink, value):
        if is_ink:
            self.ink = value
        else:
            self.ground = value

    def style(self):
        ink, ground = self.ink or INK, self.ground or GROUND
        if self.reverse:
            ink, ground = ground, ink
        text = 'fill="%s"' % ink
        if self.bold:
            text += ' font-weight="bold"'
        if self.dim:
            text += ' opacity="0.65"'
        if self.underline:
            text += ' text-decoration="underline"'
        if self.italic:
            text += ' font-style="italic"'
        return text, ground


def width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    pen, boxes, texts, columns = Pen(), [], [], 0
    for row, line in enumerate(lines):
        column = 0
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b["):
                pen.apply(part[2:-1])
                continue
            if not part:
                continue
            style, ground = pen.style()
            cells = sum(width(character) for character in part)
            x, y = MARGIN + column * CELL_WIDTH, MARGIN + row * CELL_HEIGHT
            if ground != GROUND:
                boxes.append('<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>'
                             % (x, y, cells * CELL_WIDTH, CELL_HEIGHT, ground))
            if part.strip():
                texts.append('<text x="%.1f" y="%d" textLength="%.1f" %s>%s</text>'
                             % (x, y + 13, cells * CELL_WIDTH, style, escape(part)))
            column += cells
        columns = max(columns, column)
    full_width = 2 * MARGIN + columns * CELL_WIDTH
    full_height = 2 * MARGIN + len(lines) * CELL_HEIGHT
    print('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" xml:space="preserve" '
          'font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">'
          % (full_width, full_height))
    print('<rect width="100%%" height="100%%" rx="8" fill="%s"/>' % GROUND)
    print("\n".join(boxes + texts))
    print("</svg>")


if __name__ == "__main__":
    main()
