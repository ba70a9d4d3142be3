-- +goose Up

-- What people at the desk keep for themselves: searches, a reading list and
-- notes. Nobody else is shown any of it, but for the notes they share.
CREATE TABLE saved_searches (
    id           text NOT NULL PRIMARY KEY CHECK (id <> ''),
    account      text NOT NULL,
    consultation text NOT NULL REFERENCES consultations (id),
    name         text NOT NULL,
    query        text NOT NULL,
    day          text NOT NULL CHECK (length(day) = 10)
) WITHOUT ROWID;
CREATE UNIQUE INDEX saved_searches_name ON saved_searches (account, consultation, name);

-- There is no rowid, because its order would tell in which order somebody read.
CREATE TABLE reading_list (
    account    text    NOT NULL,
    submission text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    day        text    NOT NULL CHECK (length(day) = 10),
    is_read    boolean NOT NULL,
    PRIMARY KEY (account, submission)
) WITHOUT ROWID;
CREATE INDEX reading_list_submission ON reading_list (submission);

CREATE TABLE notes (
    id         text    NOT NULL PRIMARY KEY CHECK (id <> ''),
    account    text    NOT NULL,
    submission text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    day        text    NOT NULL CHECK (length(day) = 10),
    shared     boolean NOT NULL,
    text       text    NOT NULL
) WITHOUT ROWID;
CREATE INDEX notes_submission ON notes (submission);
CREATE INDEX notes_account ON notes (account);
