"""Splink and recordlinkage on the same registers: the same columns, cleaned by our own keys, as their guides advise."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

from webapp.bench.danish import Row
from webapp.bench.measure import Scores
from webapp.sync.party import Party

COLUMNS = ("name", "start", "first", "last", "street", "house", "postcode", "city", "cvr", "ean", "email", "phone")
# Which pairs a rival compares at all: those that are equal in one of these.
BLOCKS = (
    ("name",), ("cvr",), ("ean",), ("email",), ("phone",), ("start", "postcode"), ("start", "city"),
    ("start", "street"), ("first", "postcode"), ("last", "postcode"), ("first", "street"), ("last", "street"),
    ("street", "house"), ("street", "postcode"), ("postcode", "house"), ("city", "house"),
)  # fmt: skip
PARTS_OF_THE_NAME = ("start", "first", "last")
MISSING = (
    "The rivals are not installed; `make bench` builds an environment with them (or: pip install 'webapp[bench]')."
)


def installed() -> bool:
    """Both rivals can be imported here."""
    try:
        import recordlinkage  # noqa: F401
        import splink  # noqa: F401
    except ImportError:
        return False
    return True


def cleaned(rows: list[Row]) -> Any:
    """A table of the columns as the matcher itself reads them; absent values are missing ones."""
    import pandas

    records = []
    for key, values in rows:
        party = Party(values)
        name = " ".join(party.words)
        records.append(
            {
                "unique_id": key,
                "name": name,
                "start": name[:5],
                "first": party.words[0] if party.words else "",
                "last": party.words[-1] if party.words else "",
                "street": party.street,
                "house": party.house,
                "postcode": party.postcode,
                "city": party.city,
                "cvr": party.cvr,
                "ean": party.ean,
                "email": next(iter(party.emails), ""),
                "phone": next(iter(party.phones), ""),
            }
        )
    table = pandas.DataFrame(records, dtype=object)
    return table.where(table != "", None)


def _held(ours: Any, theirs: Any) -> list[str]:
    """The columns that hold anything on both sides."""
    return [name for name in COLUMNS if ours[name].notna().any() and theirs[name].notna().any()]


def splink(ours: Any, theirs: Any) -> Scores:
    """Splink with its own training: u by sampling, m by expectation maximisation over several blocks."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    held = _held(ours, theirs)
    told: dict[str, Callable[[], Any]] = {
        "name": lambda: cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        "street": lambda: cl.JaroWinklerAtThresholds("street", [0.95, 0.88]).configure(term_frequency_adjustments=True),
        "house": lambda: cl.ExactMatch("house"),
        "postcode": lambda: cl.DamerauLevenshteinAtThresholds("postcode", [1]).configure(
            term_frequency_adjustments=True
        ),
        "city": lambda: cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
        "cvr": lambda: cl.DamerauLevenshteinAtThresholds("cvr", [1]).configure(term_frequency_adjustments=True),
        "ean": lambda: cl.DamerauLevenshteinAtThresholds("ean", [1]),
        "email": lambda: cl.JaroWinklerAtThresholds("email", [0.9]).configure(term_frequency_adjustments=True),
        "phone": lambda: cl.DamerauLevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True),
    }
    rules = [block_on(*block) for block in BLOCKS if set(block) <= set(held)]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[told[name]() for name in held if name not in PARTS_OF_THE_NAME],
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )
    api = DuckDBAPI()
    linker: Any = Linker([api.register(ours), api.register(theirs)], settings, log_level=logging.ERROR)
    sure = [block_on(*block) for block in (("cvr", "name"), ("name", "street", "house")) if set(block) <= set(held)]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in (("name",), ("street", "house"), ("cvr",), ("postcode", "start")):
        if set(block) <= set(held):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*block), record_sample_proportion=1.0
            )
    found = linker.inference.predict(threshold_match_weight=-12).as_pandas_dataframe()
    known = set(ours["unique_id"])
    scores: Scores = {}
    for one, other, weight in zip(found["unique_id_l"], found["unique_id_r"], found["match_weight"], strict=True):
        scores[(one, other) if one in known else (other, one)] = float(weight)
    return scores


def recordlinkage(ours: Any, theirs: Any) -> Scores:
    """recordlinkage: candidates of several blocks, similarities per column, weighed by its own ECM classifier."""
    vectors = _similarities(ours.set_index("unique_id"), theirs.set_index("unique_id"), _held(ours, theirs))
    import recordlinkage as library

    warnings.simplefilter("ignore")
    judge = library.ECMClassifier(binarize=0.85)
    judge.fit(vectors)
    chances = judge.prob(vectors)
    sums = vectors.sum(axis=1)
    return {
        (str(one), str(other)): float(chances[one, other] + sums[one, other] / 1000) for one, other in chances.index
    }


def recordlinkage_by_sum(ours: Any, theirs: Any) -> Scores:
    """recordlinkage as its FEBRL guide does it: the similarities are added up."""
    vectors = _similarities(ours.set_index("unique_id"), theirs.set_index("unique_id"), _held(ours, theirs))
    sums = vectors.sum(axis=1)
    return {(str(one), str(other)): float(total) for (one, other), total in sums.items()}


def _similarities(ours: Any, theirs: Any, held: list[str]) -> Any:
    import recordlinkage as library

    warnings.simplefilter("ignore")
    index = library.Index()
    for block in BLOCKS:
        if set(block) <= set(held):
            index.block(left_on=list(block), right_on=list(block))
    pairs = index.index(ours, theirs)
    # It takes a missing value for a blocking key like any other; those pairs share nothing and are left out.
    compare = library.Compare()
    for name in held:
        if name in ("name", "street", "city", "email"):
            compare.string(name, name, method="jarowinkler", missing_value=0.0, label=name)
        elif name in ("cvr", "ean", "phone", "postcode"):
            compare.string(name, name, method="damerau_levenshtein", missing_value=0.0, label=name)
        elif name == "house":
            compare.exact(name, name, missing_value=0, label=name)
    return compare.compute(pairs, ours, theirs)


ALL: dict[str, Callable[[Any, Any], Scores]] = {
    "Splink": splink,
    "recordlinkage, ECM": recordlinkage,
    "recordlinkage, sum": recordlinkage_by_sum,
}
