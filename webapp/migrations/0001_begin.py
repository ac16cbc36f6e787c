"""The first tables. Every foreign key between a company's rows carries the company, so none can point across."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql, to

PARTY = """
  name TEXT NOT NULL, cvr TEXT NOT NULL, ean TEXT NOT NULL, address TEXT NOT NULL, postcode TEXT NOT NULL,
  city TEXT NOT NULL, country TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL, website TEXT NOT NULL,
  currency TEXT NOT NULL, customer_group TEXT NOT NULL, payment_terms TEXT NOT NULL, vat_zone TEXT NOT NULL,
  search TEXT NOT NULL, sort_key {ordered} NOT NULL,
"""
OF_COMPANY = "company_id INTEGER NOT NULL REFERENCES company (id)"
CONNECTION = "company_id INTEGER NOT NULL, connection_id INTEGER NOT NULL,"


SCRIPT = f"""
CREATE TABLE company (id {{id}}, name TEXT NOT NULL, created_at {{moment}} NOT NULL);

CREATE TABLE users (
  id {{id}}, {OF_COMPANY}, email TEXT NOT NULL, name TEXT NOT NULL, password_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('administrator', 'inspector')), language TEXT NOT NULL,
  epoch INTEGER NOT NULL, created_at {{moment}} NOT NULL, disabled_at {{moment}},
  UNIQUE (company_id, id));
CREATE UNIQUE INDEX users_email ON users (LOWER(email));

CREATE TABLE customer (
  id {{id}}, {OF_COMPANY}, number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 999999999), {PARTY}
  version INTEGER NOT NULL, created_at {{moment}} NOT NULL, updated_at {{moment}} NOT NULL,
  deleted_at {{moment}}, deleted_by_id INTEGER,
  UNIQUE (company_id, id), {to("users", "deleted_by_id")});
CREATE UNIQUE INDEX customer_number ON customer (company_id, number) WHERE deleted_at IS NULL;
CREATE INDEX customer_name ON customer (company_id, sort_key, id) WHERE deleted_at IS NULL;

CREATE TABLE connection (
  id {{id}}, {OF_COMPANY}, source TEXT NOT NULL, agreement_number INTEGER NOT NULL, agreement_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'paused', 'closed')), state_reason TEXT NOT NULL,
  grant_token TEXT NOT NULL, customersapi {{truth}} NOT NULL, opened_at {{moment}} NOT NULL, opened_by_id INTEGER,
  closed_at {{moment}}, closed_by_id INTEGER, activated_at {{moment}}, activated_by_id INTEGER, fetched_at {{moment}},
  default_currency TEXT NOT NULL, default_customer_group TEXT NOT NULL, default_payment_terms TEXT NOT NULL,
  default_vat_zone TEXT NOT NULL, defaults_saved_at {{moment}}, webhook_hash TEXT UNIQUE, webhook_token TEXT NOT NULL,
  webhook_made_at {{moment}}, webhook_called_at {{moment}}, changed_since TEXT NOT NULL, poll_due_at {{moment}},
  compare_due_at {{moment}}, budget_used INTEGER NOT NULL, budget_limit INTEGER NOT NULL, budget_at {{moment}},
  resume_at {{moment}},
  UNIQUE (company_id, id), UNIQUE (company_id, source, agreement_number),
  {to("users", "opened_by_id")}, {to("users", "closed_by_id")}, {to("users", "activated_by_id")});
CREATE UNIQUE INDEX connection_open ON connection (company_id, source) WHERE state <> 'closed';

CREATE TABLE reference (
  id {{id}}, kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, gone_at {{moment}},
  {CONNECTION} UNIQUE (connection_id, kind, key), {to("connection", "connection_id")});

CREATE TABLE unit_mapping (
  id {{id}}, kind TEXT NOT NULL, key TEXT NOT NULL,
  {CONNECTION} UNIQUE (connection_id, kind), {to("connection", "connection_id")});

CREATE TABLE access_grant (
  id {{id}}, {OF_COMPANY}, user_id INTEGER NOT NULL, state_hash TEXT NOT NULL UNIQUE, created_at {{moment}} NOT NULL,
  used_at {{moment}}, grant_token TEXT NOT NULL, agreement_number INTEGER, agreement_name TEXT NOT NULL,
  confirmed_at {{moment}}, {to("users", "user_id")});

CREATE TABLE mirror (
  id {{id}}, number INTEGER NOT NULL, {PARTY} version INTEGER NOT NULL, raw TEXT NOT NULL, last_updated TEXT NOT NULL,
  created_at {{moment}} NOT NULL, updated_at {{moment}} NOT NULL, gone_at {{moment}},
  {CONNECTION} {to("connection", "connection_id")}, UNIQUE (company_id, id));
CREATE UNIQUE INDEX mirror_number ON mirror (connection_id, number) WHERE gone_at IS NULL;
CREATE INDEX mirror_name ON mirror (connection_id, sort_key, id) WHERE gone_at IS NULL;

CREATE TABLE pairing (
  id {{id}}, {CONNECTION} customer_id INTEGER NOT NULL, mirror_id INTEGER,
  state TEXT NOT NULL CHECK (state IN ('creating', 'open', 'closed')), version INTEGER NOT NULL, base TEXT NOT NULL,
  fault TEXT NOT NULL, new_number INTEGER, deleting {{truth}} NOT NULL, created_at {{moment}} NOT NULL,
  created_by_id INTEGER, closed_at {{moment}}, closed_by_id INTEGER, closed_reason TEXT NOT NULL,
  UNIQUE (company_id, id), CHECK (state <> 'open' OR mirror_id IS NOT NULL),
  CHECK (state <> 'creating' OR new_number IS NOT NULL),
  {to("connection", "connection_id")}, {to("customer", "customer_id")}, {to("mirror", "mirror_id")},
  {to("users", "created_by_id")}, {to("users", "closed_by_id")});
CREATE UNIQUE INDEX pairing_customer ON pairing (connection_id, customer_id) WHERE state <> 'closed';
CREATE UNIQUE INDEX pairing_mirror ON pairing (connection_id, mirror_id) WHERE state <> 'closed';
CREATE UNIQUE INDEX pairing_number ON pairing (connection_id, new_number) WHERE state = 'creating';

CREATE TABLE exclusion (
  id {{id}}, {CONNECTION} customer_id INTEGER, mirror_id INTEGER, created_at {{moment}} NOT NULL,
  created_by_id INTEGER, reason TEXT NOT NULL, ended_at {{moment}}, ended_by_id INTEGER,
  CHECK ((customer_id IS NULL) <> (mirror_id IS NULL)),
  {to("connection", "connection_id")}, {to("customer", "customer_id")}, {to("mirror", "mirror_id")},
  {to("users", "created_by_id")}, {to("users", "ended_by_id")});
CREATE UNIQUE INDEX exclusion_customer ON exclusion (connection_id, customer_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX exclusion_mirror ON exclusion (connection_id, mirror_id) WHERE ended_at IS NULL;

CREATE TABLE lane (
  id {{id}}, side TEXT NOT NULL, record INTEGER NOT NULL, wanted INTEGER NOT NULL, seen INTEGER NOT NULL,
  fence INTEGER NOT NULL, worker TEXT NOT NULL, lease_until {{moment}}, due_at {{moment}} NOT NULL,
  tries INTEGER NOT NULL, fault_kind TEXT NOT NULL, fault_text TEXT NOT NULL, fault_since {{moment}},
  {CONNECTION} {to("connection", "connection_id")}, UNIQUE (connection_id, side, record));
CREATE INDEX lane_due ON lane (connection_id, due_at, id);

CREATE TABLE attempt (
  id {{id}}, {CONNECTION} pairing_id INTEGER NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE, body TEXT NOT NULL, fields TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
  fault_kind TEXT NOT NULL, fault_text TEXT NOT NULL, log_id TEXT NOT NULL, created_at {{moment}} NOT NULL,
  answered_at {{moment}}, {to("connection", "connection_id")}, {to("pairing", "pairing_id")});
CREATE INDEX attempt_pairing ON attempt (pairing_id, kind, id);

CREATE TABLE inbox (
  id {{id}}, received_at {{moment}} NOT NULL, query TEXT NOT NULL, content_type TEXT NOT NULL, body TEXT NOT NULL,
  old_number INTEGER, new_number INTEGER, state TEXT NOT NULL, reason TEXT NOT NULL, handled_at {{moment}},
  {CONNECTION} {to("connection", "connection_id")});
CREATE INDEX inbox_new ON inbox (state, id);
CREATE INDEX inbox_old_number ON inbox (connection_id, old_number, id);

CREATE TABLE sweep (
  id {{id}}, {CONNECTION} kind TEXT NOT NULL, state TEXT NOT NULL, since TEXT NOT NULL,
  cursor INTEGER NOT NULL, "read" INTEGER NOT NULL, total INTEGER NOT NULL,
  changed INTEGER NOT NULL, pairs INTEGER NOT NULL, equal INTEGER NOT NULL, fault TEXT NOT NULL,
  candidates TEXT NOT NULL, newest TEXT NOT NULL, started_at {{moment}} NOT NULL, started_by_id INTEGER,
  finished_at {{moment}}, {to("connection", "connection_id")}, {to("users", "started_by_id")});
CREATE INDEX sweep_connection ON sweep (connection_id, kind, state, id);

CREATE TABLE run (
  id {{id}}, {CONNECTION} kind TEXT NOT NULL, state TEXT NOT NULL, rule TEXT NOT NULL,
  total INTEGER NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL, created_at {{moment}} NOT NULL,
  created_by_id INTEGER, started_at {{moment}}, finished_at {{moment}}, UNIQUE (company_id, id),
  {to("connection", "connection_id")}, {to("users", "created_by_id")});

CREATE TABLE run_item (
  id {{id}}, company_id INTEGER NOT NULL, run_id INTEGER NOT NULL, position INTEGER NOT NULL, customer_id INTEGER,
  mirror_id INTEGER, pairing_id INTEGER, number INTEGER, before TEXT NOT NULL, after TEXT NOT NULL,
  seen_version INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, settled_at {{moment}},
  {to("run", "run_id")}, {to("customer", "customer_id")}, {to("mirror", "mirror_id")}, {to("pairing", "pairing_id")},
  UNIQUE (run_id, position));
CREATE INDEX run_item_state ON run_item (run_id, state, position);
CREATE INDEX run_item_pairing ON run_item (pairing_id);

CREATE TABLE history (
  id {{id}}, {OF_COMPANY}, connection_id INTEGER, customer_id INTEGER, mirror_id INTEGER, pairing_id INTEGER,
  run_id INTEGER, side TEXT NOT NULL, field TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
  cause TEXT NOT NULL, by_id INTEGER, version INTEGER NOT NULL, at {{moment}} NOT NULL,
  {to("connection", "connection_id")}, {to("customer", "customer_id")}, {to("mirror", "mirror_id")},
  {to("pairing", "pairing_id")}, {to("run", "run_id")}, {to("users", "by_id")});
CREATE INDEX history_customer ON history (company_id, customer_id, id);
CREATE INDEX history_run ON history (run_id, id);

CREATE TABLE place (
  id {{id}}, {CONNECTION} section TEXT NOT NULL, state TEXT NOT NULL, customer_id INTEGER,
  mirror_id INTEGER, pairing_id INTEGER, name {{ordered}} NOT NULL, search TEXT NOT NULL, version INTEGER NOT NULL,
  changed_at {{moment}} NOT NULL, UNIQUE (connection_id, customer_id), UNIQUE (connection_id, mirror_id),
  CHECK (customer_id IS NOT NULL OR mirror_id IS NOT NULL),
  {to("connection", "connection_id")}, {to("customer", "customer_id")}, {to("mirror", "mirror_id")},
  {to("pairing", "pairing_id")});
CREATE INDEX place_section ON place (connection_id, section, name, id);
CREATE INDEX place_state ON place (connection_id, state, name, id);

CREATE TABLE tally (
  section TEXT NOT NULL, places INTEGER NOT NULL, ours INTEGER NOT NULL, theirs INTEGER NOT NULL,
  {CONNECTION} PRIMARY KEY (connection_id, section), {to("connection", "connection_id")});

CREATE TABLE heartbeat (id {{id}}, worker TEXT NOT NULL UNIQUE, seen_at {{moment}} NOT NULL)
"""


def up(migrator: Any, db: Any) -> None:
    run_sql(db, SCRIPT)


def down(migrator: Any, db: Any) -> None:
    raise RuntimeError("the first migration cannot be taken back: it would drop every table")
