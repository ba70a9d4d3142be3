-- +goose Up

ALTER TABLE themes ADD COLUMN definition text NOT NULL DEFAULT '';
ALTER TABLE themes ADD COLUMN parent text NOT NULL DEFAULT '';
ALTER TABLE themes ADD COLUMN reason text NOT NULL DEFAULT ''; -- why it is out of scope
ALTER TABLE themes ADD COLUMN made_by text NOT NULL DEFAULT '';
ALTER TABLE themes ADD COLUMN name_from text NOT NULL DEFAULT ''; -- whose side's words the engine's name is
ALTER TABLE themes ADD COLUMN suggested_label text NOT NULL DEFAULT '';
ALTER TABLE themes ADD COLUMN draft text NOT NULL DEFAULT '[]'; -- sentences with whom each rests on

ALTER TABLE theme_runs ADD COLUMN method text NOT NULL DEFAULT '{}';

-- What people decided on single answers, beside the placements of the engine.
-- Rows are only ever added; the order is that of the people at the desk and says
-- nothing of when somebody answered. A theme that people coded in stays: it
-- cannot be deleted while a row points at it.
CREATE TABLE codings (
    id         integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    theme      text    NOT NULL REFERENCES themes (id),
    submission text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question   text    NOT NULL,
    belongs    boolean NOT NULL,
    starts     integer NOT NULL,
    ends       integer NOT NULL,
    sha256     text    NOT NULL,
    account    text    NOT NULL,
    day        text    NOT NULL CHECK (length(day) = 10),
    blind      boolean NOT NULL
);
CREATE INDEX codings_theme ON codings (theme);
CREATE INDEX codings_submission ON codings (submission);

-- Who has gone through a whole answer.
CREATE TABLE coded_answers (
    submission text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    question   text    NOT NULL,
    account    text    NOT NULL,
    day        text    NOT NULL CHECK (length(day) = 10),
    blind      boolean NOT NULL,
    PRIMARY KEY (submission, question, account, blind)
) WITHOUT ROWID;

-- Who at the desk has opened which submission to read it, and on which day first.
CREATE TABLE readings (
    submission text NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    account    text NOT NULL,
    day        text NOT NULL CHECK (length(day) = 10),
    PRIMARY KEY (submission, account)
) WITHOUT ROWID;
