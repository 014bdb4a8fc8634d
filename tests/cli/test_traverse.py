from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import diabolo
from diabolo.data.samples import digits


def test_a_sentence_for_every_number_by_its_share(run: Callable, model: Path):
    result = run("traverse", model, "people.csv")
    assert result.code == 0, result.err
    lines = [line for line in result.out.splitlines() if " z" in line]
    assert len(lines) == 2
    assert "%  z1: " in lines[0]
    assert "age up from" in result.out or "age down from" in result.out


def test_json(run: Callable, model: Path):
    result = run("traverse", model, "people.csv", "--row", "3", "--dim", "2", "--json")
    assert result.code == 0, result.err
    (found,) = result.json["dimensions"]
    assert (found["dimension"], result.json["row"], len(found["rows"])) == ("z2", 3, 9)
    assert found["share"] == 1.0


def test_values_far_from_data_are_marked(run: Callable, model: Path):
    result = run("traverse", model, "people.csv", "--dim", "z1", "--values", "-90,0,90")
    assert result.code == 0, result.err
    assert "Far from data: z1 = -90, z1 = 90 lie beyond" in result.out


def test_rows_are_written(run: Callable, model: Path):
    result = run("traverse", model, "people.csv", "--values=-1,0,1", "-o", "rows.csv")
    assert result.code == 0, result.err
    rows = diabolo.read("rows.csv")
    assert rows.column_names[:3] == ["dimension", "value", "far_from_data"]
    assert rows.column_names[3:] == diabolo.read("people.csv").column_names
    assert rows.num_rows == 6


def test_a_column_of_ours_makes_way_for_none_of_theirs(run: Callable):
    table = {"value": np.arange(30.0) ** 2, "size": np.arange(30.0)}
    diabolo.LinearAutoencoder(1).fit(table).save("m.diabolo")
    lines = [f"{v},{s}" for v, s in zip(table["value"], table["size"], strict=True)]
    Path("d.csv").write_text("\n".join(["value,size", *lines]) + "\n")
    assert run("traverse", "m.diabolo", "d.csv", "-o", "rows.csv").code == 0
    assert diabolo.read("rows.csv").column_names == ["dimension", "value", "far_from_data", "value_", "size"]


def test_a_picture_of_images(run: Callable):
    np.save("digits.npy", digits()[:100])
    diabolo.LinearAutoencoder(2).fit(digits()[:100]).save("m.diabolo")
    result = run("traverse", "m.diabolo", "digits.npy", "-o", "z.png")
    assert result.code == 0, result.err
    assert Path("z.png").read_bytes()[1:4] == b"PNG"
    assert "pixels change" in result.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--row", "60"), "--row 60 is out of range: there are 60 rows"),
        (("--dim", "3"), "there is no dimension '3'"),
        (("--dim", "0"), "there is no dimension '0'"),
        (("--values", "a,b"), "--values a,b"),
        (("--values", ","), "--values"),
        (("-o", "z.png"), "not of images"),
        (("-o", "z.xls"), "suffix"),
        (("-o", "people.csv"), "exists already"),
    ],
)
def test_what_cannot_be(run: Callable, model: Path, options: tuple[str, ...], words: str):
    result = run("traverse", model, "people.csv", *options)
    assert result.code == 2
    assert words in result.err
    assert result.out == ""


def test_rows_that_do_not_fit(run: Callable, model: Path):
    Path("other.csv").write_text("a,b\n1,2\n2,3\n")
    result = run("traverse", model, "other.csv")
    assert result.code == 2
    assert "'age'" in result.err
