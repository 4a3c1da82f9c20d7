"""test_report_page.py FOLDER FIGURE... - the page of a report: well-formed, self-contained, and with
nothing but files that are there; the named figures stand in it and are drawn."""
import csv, html.parser, os, sys, xml.etree.ElementTree

folder, figures = sys.argv[1], sys.argv[2:]
VOID = {"meta", "br", "img", "link", "input", "hr"}
OPTIONAL = {"td", "th", "tr", "p", "li"}  # their end tags may be left out


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.refs, self.links, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        for name in ("href", "xlink:href", "src"):
            target = attributes.get(name)
            if target is None:
                continue
            assert "://" not in target and not target.startswith("//"), "not offline: " + target
            (self.refs if target.startswith("#") else self.links).append(target.lstrip("#"))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL:
            self.open.pop()
        assert self.open and self.open[-1] == tag, "</%s> closes %s" % (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


page = Page()
source = open(os.path.join(folder, "index.html"), encoding="utf-8").read()
page.feed(source)
page.close()
assert not page.open, "never closed: %s" % page.open
assert len(page.ids) == len(set(page.ids)), "an id stands twice"
for target in page.refs:
    assert target in page.ids, "nothing has the id " + target
for target in page.links:
    assert os.path.getsize(os.path.join(folder, target)) > 0, target
words = " ".join("".join(page.text).split())
for bad in ("nan", "(null)", "%s", "inf "):
    assert bad not in words, bad + " stands in the page"
for name in figures:
    assert 'href="figures/%s.pdf"' % name in source, name + " is not in the page"
    path = os.path.join(folder, "figures", name)
    root = xml.etree.ElementTree.parse(path + ".svg").getroot()
    shapes = [e for e in root.iter() if e.tag.split("}")[1] in ("use", "path", "circle", "polygon")]
    assert len(shapes) > 10, name + ".svg shows next to nothing"
    assert open(path + ".pdf", "rb").read(5) == b"%PDF-", name
    assert len(list(csv.reader(open(path + ".csv")))) > 1, name + ".csv is empty"
for name in os.listdir(os.path.join(folder, "tables")):
    rows = list(csv.reader(open(os.path.join(folder, "tables", name))))
    assert len({len(row) for row in rows}) == 1, name  # a table may have nothing below its header
print(words)
