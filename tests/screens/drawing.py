# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws a terminal's screen, as pyte keeps it, as on a VGA text console."""

from PIL import Image, ImageDraw, ImageFont

# The colours of the VGA text console.
COLOURS = {
    "black": "#000000", "red": "#aa0000", "green": "#00aa00", "brown": "#aa5500", "blue": "#0000aa",
    "magenta": "#aa00aa", "cyan": "#00aaaa", "white": "#aaaaaa",
}
BRIGHT = {
    "black": "#555555", "red": "#ff5555", "green": "#55ff55", "brown": "#ffff55", "blue": "#5555ff",
    "magenta": "#ff55ff", "cyan": "#55ffff", "white": "#ffffff",
}
FONTS = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono%s.ttf"
SIZE = 16


def colour(name, bold, default):
    if name == "default":
        name = default
    if name.startswith("bright"):
        return BRIGHT.get(name[6:].replace("yellow", "brown"), BRIGHT["white"])
    if name in COLOURS:
        return (BRIGHT if bold else COLOURS)[name]
    return "#" + name


def image_of(screen):
    """An RGB image of it."""
    font = ImageFont.truetype(FONTS % "", SIZE)
    wide = round(font.getlength("M"))
    ascent, descent = font.getmetrics()
    high = ascent + descent
    image = Image.new("RGB", (wide * screen.columns, high * screen.lines))
    pen = ImageDraw.Draw(image)
    for y in range(screen.lines):
        for x in range(screen.columns):
            cell = screen.buffer[y][x]
            front, back = colour(cell.fg, cell.bold, "white"), colour(cell.bg, False, "black")
            if cell.reverse:
                front, back = back, front
            box = (x * wide, y * high, (x + 1) * wide - 1, (y + 1) * high - 1)
            pen.rectangle(box, fill=back)
            pen.text((x * wide, y * high), cell.data, font=font, fill=front)
            if cell.underscore:
                pen.line((box[0], box[3] - 1, box[2], box[3] - 1), fill=front)
    return image


def draw(screen, path):
    image_of(screen).quantize(32).save(path, optimize=True)
