"""Writes the Excel workbooks of the folder xlsx, and beside them the same tables as CSV.

    python3 -m venv v && v/bin/pip install openpyxl==3.1.5 XlsxWriter==3.3.1 && v/bin/python make_xlsx.py

Every value comes from a formula, and no file holds the time of its making, so that the files are the same
at every run.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

assert (openpyxl.__version__, xlsxwriter.__version__) == ("3.1.5", "3.3.1")
HERE = Path(__file__).parent / "xlsx"
ROWS = 120
NOTES = ["plain", 'a "quoted" word', "a, b; c | d", "Zoë 😀", " spaced ", "<&>", None]
# Both libraries write 16 digits of a number, Excel 17; these have no more than 15.
number = lambda value: float(f"{value:.15g}")


def log():
    """A log of predictions: what a report is made of, with cells missing in most columns."""
    yield ["id", "time", "day", "score", "label", "country", "amount", "approved", "note"]
    start = dt.datetime(2025, 3, 1, 6, 30)
    for i in range(ROWS):
        time = start + dt.timedelta(hours=7 * i, milliseconds=i * i)
        yield [
            f"r{i:05d}",
            time,
            time.date(),
            None if i % 11 == 5 else number(i * 37 % 101 / 101),
            None if i % 7 == 3 else int(i * 37 % 101 > 50 + (i * 29 % 40) - 20),
            None if i % 13 == 5 else ["de", "fr", "España"][i % 3],
            number(round(i * 1.37 - 20, 2) * 10 ** (i % 5 * 4 - 8)),
            None if i % 9 == 8 else i % 3 == 0,
            NOTES[i % len(NOTES)],
        ]


def text(value):
    """A cell as Plumbline shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        millis = f".{value.microsecond // 1000:03d}" if value.microsecond else ""
        return value.strftime("%Y-%m-%dT%H:%M:%S") + millis + "Z"
    if isinstance(value, float):
        return repr(value)
    return str(value)


def write_csv(name, rows):
    with open(HERE / name, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([text(c) for c in row] for row in rows)


def write(name, packed):
    """Writes a workbook without the times of its making."""
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(HERE / name, "w") as new:
        for member in old.infolist():
            part = old.read(member)
            if member.filename == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-01-01T00:00:00Z", part)
            info = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)


def with_openpyxl(name, fill):
    book = openpyxl.Workbook()
    fill(book)
    packed = io.BytesIO()
    book.save(packed)
    write(name, packed.getvalue())


def put(sheet, rows, row=1, column=1):
    for y, cells in enumerate(rows):
        for x, value in enumerate(cells):
            cell = sheet.cell(row + y, column + x, value)
            if isinstance(value, dt.datetime):
                cell.number_format = "yyyy-mm-dd hh:mm:ss.000"


def plain(book):
    put(book.active, log())


def since_1904(book):
    book.epoch = CALENDAR_MAC_1904
    put(book.active, log())


def beside(book):
    """A title above the table, which begins in C5, an index without a name, and a note far away."""
    sheet = book.active
    sheet["A1"] = "Predictions of the credit model"
    sheet["A1"].font = Font(bold=True)
    sheet["A2"], sheet["B2"] = "made on", dt.date(2025, 5, 1)
    head, *rows = log()
    put(sheet, [[None, *head]] + [[i, *row] for i, row in enumerate(rows)], 5, 3)
    sheet["XFD90"] = "far away"
    sheet["A200000"] = "far below"


def sheets(book):
    """Predictions and outcomes in sheets of their own, and what is no table."""
    head, *rows = log()
    label = head.index("label")
    without = [row[:label] + row[label + 1 :] for row in [head, *rows]]
    book.active.title = "Predictions 2025"
    put(book.active, without)
    put(book.create_sheet("Outcomes"), [["id", "label"]] + [[row[0], row[label]] for row in rows if row[label] is not None])
    book.create_sheet("Empty")
    hidden = book.create_sheet("Hidden")
    put(hidden, [["id", "label"], ["r00000", 1]])
    hidden.sheet_state = "hidden"
    book.create_chartsheet("Chart")


def with_xlsxwriter(name, **options):
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, **options})
    sheet = book.add_worksheet("Log")
    formats = {dt.datetime: "dd/mm/yyyy hh:mm:ss.000", dt.date: "[$-409]d mmm yyyy;@", float: "0.00%"}
    formats = {kind: book.add_format({"num_format": code}) for kind, code in formats.items()}
    for y, row in enumerate(log()):
        for x, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(y, x, value, formats[type(value)])
            elif value is not None:
                sheet.write(y, x, value, formats.get(type(value)))
    book.close()
    write(name, packed.getvalue())


def odd_cells():
    """Every kind of cell, in one row each."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True})
    sheet = book.add_worksheet("Cells")
    style = lambda code: book.add_format({"num_format": code})
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red"})
    rows = [["what", "value"]]
    cells = [
        ("formula of a number", lambda y: sheet.write_formula(y, 1, "=1/3", None, 0.3333333333333333), "0.3333333333333333"),
        ("formula of a text", lambda y: sheet.write_formula(y, 1, '="a"&"b"', None, "ab"), "ab"),
        ("formula of a flag", lambda y: sheet.write_formula(y, 1, "=1>2", None, False), "false"),
        ("not available", lambda y: sheet.write_formula(y, 1, "=NA()", None, "#N/A"), ""),
        ("error", lambda y: sheet.write_formula(y, 1, "=1/0", None, "#DIV/0!"), ""),
        ("error again", lambda y: sheet.write_formula(y, 1, "=1/0", None, "#DIV/0!"), ""),
        ("rich text", lambda y: sheet.write_rich_string(y, 1, bold, "bold", red, " & red"), "bold & red"),
        ("text like a number", lambda y: sheet.write_string(y, 1, "007"), "007"),
        ("whole number", lambda y: sheet.write_number(y, 1, 2**53), "9007199254740992"),
        ("large number", lambda y: sheet.write_number(y, 1, 1e300), "1E+300"),
        ("time of day", lambda y: sheet.write_datetime(y, 1, dt.time(6, 7, 8), style("hh:mm:ss")), "06:07:08"),
        ("duration", lambda y: sheet.write_number(y, 1, 1.5, style("[h]:mm")), "1.5"),
        ("first days", lambda y: sheet.write_number(y, 1, 59, style("yyyy-mm-dd")), "1900-02-28"),
        ("no day", lambda y: sheet.write_number(y, 1, 60, style("yyyy-mm-dd")), "60"),
        ("March 1900", lambda y: sheet.write_number(y, 1, 61, style("yyyy-mm-dd")), "1900-03-01"),
        ("before time", lambda y: sheet.write_number(y, 1, -1, style("yyyy-mm-dd")), "-1"),
        ("line breaks", lambda y: sheet.write_string(y, 1, "one\ntwo"), "one\ntwo"),
        ("a sign that XML has not", lambda y: sheet.write_string(y, 1, "a\x07_x0041_b"), "a\x07_x0041_b"),
        ("style alone", lambda y: sheet.write_blank(y, 1, None, bold), ""),
    ]
    sheet.write_row(0, 0, rows[0])
    for y, (what, fill, shown) in enumerate(cells, 1):
        sheet.write(y, 0, what)
        fill(y)
        rows.append([what, shown])
    book.close()
    write("cells.xlsx", packed.getvalue())
    write_csv("cells.csv", rows)


def formulas(book):
    """openpyxl computes nothing: formulas have no result."""
    put(book.active, [["id", "twice"], *([i, f"=A{i + 2}*2"] for i in range(5))])


HERE.mkdir(exist_ok=True)
write_csv("log.csv", log())
with_openpyxl("openpyxl.xlsx", plain)
with_openpyxl("since-1904.xlsx", since_1904)
with_openpyxl("beside.xlsx", beside)
with_openpyxl("sheets.xlsx", sheets)
with_openpyxl("formulas.xlsx", formulas)
with_xlsxwriter("xlsxwriter.xlsx")
# Texts in their cells, and no shared ones.
with_xlsxwriter("constant-memory.xlsx", constant_memory=True)
odd_cells()
