# SPDX-License-Identifier: GPL-2.0-or-later
"""How a screen looks: a letter for each pair of colours, runs of them line by line, and whether they can be read."""

# front, back as pyte names them (bold makes a front bright): what stands in the golden screens
COLOURS = {
    ("bright white", "blue"): "W", ("black", "white"): ".", ("black", "cyan"): "c", ("blue", "white"): "b",
    ("bright white", "red"): "R", ("bright white", "black"): "w", ("bright cyan", "black"): "C",
    ("bright brown", "black"): "Y", ("default", "default"): "-",
}
MONO = {"": ".", "bold": "B", "reverse": "R", "underscore": "U"}
LEAST = 4.5       # contrast of letters, as the accessibility guidelines want it
LEAST_HIGH = 7.0  # and of high contrast
LEAST_BAR = 3.0   # of two halves of a bar

# The VGA text console's
RGB = {"black": 0x000000, "red": 0xaa0000, "green": 0x00aa00, "brown": 0xaa5500, "blue": 0x0000aa, "magenta": 0xaa00aa,
       "cyan": 0x00aaaa, "white": 0xaaaaaa, "bright black": 0x555555, "bright red": 0xff5555, "bright green": 0x55ff55,
       "bright brown": 0xffff55, "bright blue": 0x5555ff, "bright magenta": 0xff55ff, "bright cyan": 0x55ffff,
       "bright white": 0xffffff}


def luminance(name):
    def linear(byte):
        part = byte / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = RGB[name] >> 16, RGB[name] >> 8 & 255, RGB[name] & 255
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pair(cell):
    front, back = ("bright " + cell.fg if cell.bold else cell.fg), cell.bg
    return (back, front) if cell.reverse else (front, back)


def attributes(cell):
    return " ".join(word for word in ("bold", "reverse", "underscore") if getattr(cell, word))


def letters_of(line, columns, look_of, letters, same_ground):
    """The letter of each cell; a blank one has that of its neighbour where one could not tell."""
    before = None
    for x in range(columns):
        look = look_of(line[x])
        if before is not None and line[x].data in (" ", "") and same_ground(look, before):
            look = before
        elif look not in letters:
            raise AssertionError(f"column {x} looks like no letter in looks.py: {look}")
        before = look
        yield letters[look]


def runs(row):
    """"..bb." as ".2 b2 .1"."""
    parts, start = [], 0
    for end in range(1, len(row) + 1):
        if end == len(row) or row[end] != row[start]:
            parts.append(f"{row[start]}{end - start}")
            start = end
    return " ".join(parts)


def in_runs(screen, colour):
    """Lines "FIRST-LAST: RUNS" of the whole screen."""
    if colour:
        rows = [letters_of(screen.buffer[y], screen.columns, pair, COLOURS, lambda a, b: a[1] == b[1])
                for y in range(screen.lines)]
    else:
        plain_ground = ("", "bold")
        rows = [letters_of(screen.buffer[y], screen.columns, attributes, MONO,
                           lambda a, b: a == b or (a in plain_ground and b in plain_ground)) for y in range(screen.lines)]
    rows = ["".join(row) for row in rows]
    lines, first = [], 0
    for y in range(1, len(rows) + 1):
        if y == len(rows) or rows[y] != rows[first]:
            where = f"{first + 1}" if y == first + 1 else f"{first + 1}-{y}"
            lines.append(f"{where}: {runs(rows[first])}\n")
            first = y
    return "".join(lines)


def check_contrast(screen, least=LEAST):
    """Every letter reads, and its colours are both given: the terminal's own do not matter."""
    for y in range(screen.lines):
        for x in range(screen.columns):
            cell = screen.buffer[y][x]
            front, back = pair(cell)
            if back == "default" or (cell.data not in (" ", "") and front == "default"):
                raise AssertionError(f"line {y + 1} column {x + 1} has a colour of the terminal's own: {front} on {back}")
            if cell.data not in (" ", "") and contrast(front, back) < least:
                raise AssertionError(f"line {y + 1} column {x + 1}, {cell.data!r}: {front} on {back} has a contrast of "
                                     f"{contrast(front, back):.1f}")


def check_bar(screen):
    """The two halves of the bar that has "%" in it can be told apart."""
    for y in range(screen.lines):
        line = screen.buffer[y]
        if any(line[x].data == "%" for x in range(screen.columns)):
            grounds = {pair(line[x])[1] for x in range(8, screen.columns - 8)}
            expected = len(grounds) == 2 and contrast(*grounds) >= LEAST_BAR
            if not expected:
                raise AssertionError(f"the bar's halves are {grounds}")
            return
    raise AssertionError("there is no bar")
