"""The tables, step by step: each entry of `STEPS` makes a database of format n, its index, one of n + 1.

A step that has been released never changes; a new one is appended, and the number in `stored.py` raised with it.
"""

from __future__ import annotations

from voiceos.stored import MEMORY

APPLICATION = 0x764F734D
"""Tells in the file's header whose it is: "vOsM"."""

VERSION = MEMORY.version

_FIRST = """
CREATE TABLE episodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,             -- UTC, seconds since 1970
    utc_offset INTEGER NOT NULL,     -- seconds
    conversation TEXT NOT NULL,
    said TEXT NOT NULL,
    heard TEXT NOT NULL,
    cut_off INTEGER NOT NULL
) STRICT;
CREATE INDEX episodes_at ON episodes (at);
CREATE INDEX episodes_conversation ON episodes (conversation, at);

CREATE TABLE facts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    relation TEXT NOT NULL,
    value TEXT NOT NULL,
    subject_key TEXT NOT NULL,       -- terms.folded, what is compared
    relation_key TEXT NOT NULL,
    value_key TEXT NOT NULL,
    sentence TEXT NOT NULL,
    kind TEXT NOT NULL,
    since INTEGER NOT NULL,
    since_offset INTEGER NOT NULL,
    last INTEGER NOT NULL,
    due INTEGER,
    due_offset INTEGER,
    source TEXT NOT NULL,
    weight REAL NOT NULL,
    single INTEGER NOT NULL,
    superseded_by INTEGER REFERENCES facts (id) ON DELETE SET NULL,
    superseded_at INTEGER,
    used INTEGER
) STRICT;
CREATE INDEX facts_subject ON facts (subject_key, relation_key, value_key);
CREATE INDEX facts_value ON facts (value_key);
CREATE INDEX facts_superseded_by ON facts (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX facts_weight ON facts (weight, last) WHERE superseded_at IS NULL;
CREATE INDEX facts_due ON facts (due) WHERE due IS NOT NULL AND superseded_at IS NULL;

CREATE TABLE tellings (              -- each time that a fact was told
    id INTEGER PRIMARY KEY,
    fact INTEGER NOT NULL REFERENCES facts (id) ON DELETE CASCADE,
    episode INTEGER REFERENCES episodes (id) ON DELETE SET NULL,
    at INTEGER NOT NULL,
    utc_offset INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX tellings_fact ON tellings (fact, at, id, episode);
CREATE UNIQUE INDEX tellings_episode ON tellings (episode, fact) WHERE episode IS NOT NULL;

CREATE TABLE embeddings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    episode INTEGER REFERENCES episodes (id) ON DELETE CASCADE,
    fact INTEGER REFERENCES facts (id) ON DELETE CASCADE,
    vector BLOB NOT NULL,            -- float32, little endian, of length 1
    CHECK ((episode IS NULL) <> (fact IS NULL))
) STRICT;
CREATE UNIQUE INDEX embeddings_episode ON embeddings (episode, model) WHERE episode IS NOT NULL;
CREATE UNIQUE INDEX embeddings_fact ON embeddings (fact, model) WHERE fact IS NOT NULL;

CREATE TABLE notes (                 -- of the store itself
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO notes VALUES ('erasures', 0), ('purge_due', 0);

CREATE VIRTUAL TABLE episodes_fts USING fts5 (
    said, heard, content = 'episodes', content_rowid = 'id', tokenize = 'porter unicode61'
);
CREATE TRIGGER episodes_insert AFTER INSERT ON episodes BEGIN
    INSERT INTO episodes_fts (rowid, said, heard) VALUES (new.id, new.said, new.heard);
END;
CREATE TRIGGER episodes_delete AFTER DELETE ON episodes BEGIN
    INSERT INTO episodes_fts (episodes_fts, rowid, said, heard) VALUES ('delete', old.id, old.said, old.heard);
END;

CREATE VIRTUAL TABLE facts_fts USING fts5 (
    subject, relation, value, sentence, content = 'facts', content_rowid = 'id', tokenize = 'porter unicode61'
);
CREATE TRIGGER facts_insert AFTER INSERT ON facts BEGIN
    INSERT INTO facts_fts (rowid, subject, relation, value, sentence)
    VALUES (new.id, new.subject, new.relation, new.value, new.sentence);
END;
CREATE TRIGGER facts_delete AFTER DELETE ON facts BEGIN
    INSERT INTO facts_fts (facts_fts, rowid, subject, relation, value, sentence)
    VALUES ('delete', old.id, old.subject, old.relation, old.value, old.sentence);
END;
CREATE TRIGGER facts_update AFTER UPDATE OF sentence ON facts WHEN new.sentence IS NOT old.sentence BEGIN
    INSERT INTO facts_fts (facts_fts, rowid, subject, relation, value, sentence)
    VALUES ('delete', old.id, old.subject, old.relation, old.value, old.sentence);
    INSERT INTO facts_fts (rowid, subject, relation, value, sentence)
    VALUES (new.id, new.subject, new.relation, new.value, new.sentence);
    DELETE FROM embeddings WHERE fact = old.id;
END;
"""

_DRAWN = """
ALTER TABLE episodes ADD COLUMN drawn INTEGER NOT NULL DEFAULT 0;  -- facts were looked for in it
CREATE INDEX episodes_undrawn ON episodes (at, id) WHERE drawn = 0 AND said <> '';
"""

_SUMMED = """
CREATE TABLE summaries (             -- what can be made anew from turns and facts
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL,
    begins TEXT NOT NULL,            -- first and last day, by the clock on the wall
    ends TEXT NOT NULL,
    text TEXT NOT NULL,              -- a sentence a line
    written INTEGER NOT NULL,
    written_offset INTEGER NOT NULL,
    week INTEGER REFERENCES summaries (id) ON DELETE SET NULL  -- of a day: the week that was made of it
) STRICT;
CREATE UNIQUE INDEX summaries_span ON summaries (scope, begins);
CREATE INDEX summaries_week ON summaries (week) WHERE week IS NOT NULL;

CREATE TABLE summary_facts (         -- what a profile came from
    summary INTEGER NOT NULL REFERENCES summaries (id) ON DELETE CASCADE,
    fact INTEGER NOT NULL REFERENCES facts (id) ON DELETE CASCADE,
    PRIMARY KEY (summary, fact)
) STRICT, WITHOUT ROWID;
CREATE INDEX summary_facts_fact ON summary_facts (fact);

ALTER TABLE episodes ADD COLUMN summary INTEGER REFERENCES summaries (id) ON DELETE SET NULL;  -- of its day
CREATE INDEX episodes_summary ON episodes (summary) WHERE summary IS NOT NULL;
CREATE INDEX episodes_unsummed ON episodes (at) WHERE summary IS NULL AND said <> '';
"""

_REPEATED = """
ALTER TABLE facts ADD COLUMN repeats TEXT NOT NULL DEFAULT '';  -- a rule: due is its first moment
"""

STEPS: tuple[str, ...] = (_FIRST, _DRAWN, _SUMMED, _REPEATED)
