"""`webapp match`: two files in, the pairs out, and a sentence for each file that cannot be used."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webapp.cli import cli

OURS = """id,name,cvr,address,postcode,favourite colour
7,Havnens Tandklinik ApS,33920459,Havnegade 12,5000,blue
8,Skovbryn Friskole,,Skovvej 3,8600,
"""
THEIRS = """ID;Name;CVR;Address;Postcode
k1;SKOVBRYN FRISKOLE;;Skovv. 3;8600
k2;Havnens Tandklinik;DK-33920459;Havneg. 12;5000
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    ours.write_text(OURS)
    theirs.write_text(THEIRS)
    return ours, theirs


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["match", *map(str, arguments)])


def test_each_pair_is_a_line_with_both_ids_score_group_and_evidence(files: tuple[Path, Path]) -> None:
    rows = list(csv.DictReader(run(*files).stdout.splitlines()))
    assert [(row["ours"], row["theirs"], row["group"]) for row in rows] == [("7", "k2", "sure"), ("8", "k1", "look")]
    assert 50 <= float(rows[1]["score"]) <= float(rows[0]["score"]) <= 100
    assert rows[0]["evidence"].startswith("Samme CVR; Navn: kun stavemåde eller selskabsform")


def test_the_pairs_go_to_a_file_when_one_is_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    done = run(*files, "--out", tmp_path / "pairs.csv")
    assert done.stdout == "" and done.stderr == "1 sure, 1 to look at.\n"
    assert (tmp_path / "pairs.csv").read_text().splitlines()[0] == "ours,theirs,score,group,evidence"


def test_candidates_that_are_no_more_than_possible_come_on_request(files: tuple[Path, Path]) -> None:
    files[1].write_text(THEIRS + "k3;Havnens Tandteknik;;Havnegade 14;5000\n")
    assert "none" not in run(*files).stdout and "7,k3," in run(*files, "--candidates").stdout


def test_a_file_from_a_danish_spreadsheet_is_read(files: tuple[Path, Path]) -> None:
    files[0].write_bytes("id;name;postcode;address\r\n1;Ærø Bageri;5970;Søndergade 4\r\n".encode("cp1252"))
    files[1].write_bytes("\ufeffid\tname\tpostcode\taddress\n2\tAeroe bageri\t5970\tSdr.gade 4\n".encode())
    assert run(*files).stdout.splitlines()[1].startswith("1,2,")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"number,name\n1,A\n", "has no column 'id'"),
        (b"id,colour\n1,red\n", "has none of the columns that can be compared"),
        (b"id,name,name\n1,A,B\n", "has the column 'name' more than once"),
        (b"id,name\n1,A\n1,B\n", "has the id '1' 2 times"),
        (b"id,name\n,A\n", "customer 1 has no id"),
        (b"id,name\n1,A,B\n", "customer 1: 3 cells under 2 columns"),
        (b"PK\x03\x04rest", "is a spreadsheet; save it as CSV first"),
        (b"id,name\n1,\0\n", "is not a text file"),
    ],
)
def test_a_file_that_cannot_be_used_ends_in_one_sentence(
    files: tuple[Path, Path], content: bytes, sentence: str
) -> None:
    files[0].write_bytes(content)
    done = run(*files)
    assert done.exit_code == 1 and done.stdout == ""
    assert sentence in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_file_that_is_not_there_is_said(files: tuple[Path, Path], tmp_path: Path) -> None:
    done = run(files[0], tmp_path / "nothing.csv")
    assert done.exit_code == 2 and "does not exist" in done.stderr


def test_a_file_without_customers_suggests_nothing(files: tuple[Path, Path]) -> None:
    files[0].write_text("id,name\n")
    assert run(*files).stdout == "ours,theirs,score,group,evidence\n"


def test_the_bench_prints_its_figures_and_how_to_get_the_rivals() -> None:
    done = CliRunner().invoke(cli, ["bench", "matching", "--seed", "5", "--size", "100", "--rounds", "1"])
    assert done.exit_code == 0 and "webapp match" in done.stdout and "0 wrong" in done.stdout
    assert "make bench" in done.stdout or "Splink" in done.stdout
