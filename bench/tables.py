"""tables.py - tables of results: rows as csv, as Markdown, and between two markers of a page."""

import csv
import platform


def processor():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(l.split(":", 1)[1].strip() for l in lines if l.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def show(value, form="%.3g"):
    """A cell: empty where nothing was measured."""
    return "" if value is None else form % value


def markdown(head, rows):
    """head: the columns' names; rows: lists of as many texts."""
    lines = ["| %s |" % " | ".join(cells) for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def write_csv(path, fields, rows):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)


def read_csv(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def fill(page, name, text):
    """Puts the text between the page's markers of that name."""
    begin, end = "<!-- %s: begin -->" % name, "<!-- %s: end -->" % name
    with open(page) as file:
        whole = file.read()
    head, rest = whole.split(begin)
    tail = rest.split(end)[1]
    with open(page, "w") as file:
        file.write(head + begin + "\n" + text + "\n" + end + tail)
