-- +goose Up

-- What people at the desk keep for themselves: searches, a reading list and
-- notes. Nobody else is shown any of it, but for the notes they share.
CREATE TABLE saved_searches (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    account      text COLLATE "C" NOT NULL,
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    name         text COLLATE "C" NOT NULL,
    query        text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10)
);
CREATE UNIQUE INDEX saved_searches_name ON saved_searches (account, consultation, name);

CREATE TABLE reading_list (
    account    text COLLATE "C" NOT NULL,
    submission text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    day        text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    is_read    boolean NOT NULL,
    PRIMARY KEY (account, submission)
);
CREATE INDEX reading_list_submission ON reading_list (submission);

CREATE TABLE notes (
    id         text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    account    text COLLATE "C" NOT NULL,
    submission text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    day        text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    shared     boolean NOT NULL,
    text       text COLLATE "C" NOT NULL
);
CREATE INDEX notes_submission ON notes (submission);
CREATE INDEX notes_account ON notes (account);
