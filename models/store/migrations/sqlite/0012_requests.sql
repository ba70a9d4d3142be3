-- +goose Up

-- The day the words of a submission that still counts were erased; '' for never.
ALTER TABLE submissions ADD COLUMN erased text NOT NULL DEFAULT '';

-- Requests about rights and for information. Nothing that a respondent wrote.
CREATE TABLE requests (
    id           text NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text NOT NULL REFERENCES consultations (id),
    version      integer NOT NULL,
    kind         text NOT NULL,
    reference    text NOT NULL,
    received     text NOT NULL CHECK (length(received) = 10),
    came         text NOT NULL,
    extended     text NOT NULL,
    state        text NOT NULL,
    outcome      text NOT NULL,
    done         text NOT NULL,
    account      text NOT NULL,
    written      text NOT NULL CHECK (length(written) = 10)
) WITHOUT ROWID;
CREATE INDEX requests_consultation ON requests (consultation);

-- What was done for them. The submission is '' once it was erased.
CREATE TABLE request_acts (
    id           text NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text NOT NULL REFERENCES consultations (id),
    request      text NOT NULL REFERENCES requests (id),
    kind         text NOT NULL,
    state        text NOT NULL,
    submission   text NOT NULL,
    reason       text NOT NULL,
    frozen       boolean NOT NULL,
    account      text NOT NULL,
    day          text NOT NULL CHECK (length(day) = 10),
    second       text NOT NULL,
    second_day   text NOT NULL
) WITHOUT ROWID;
CREATE INDEX request_acts_consultation ON request_acts (consultation);

-- Sealed copies of words that were taken back while something in law held them.
CREATE TABLE held_words (
    submission   text NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    consultation text NOT NULL REFERENCES consultations (id),
    day          text NOT NULL CHECK (length(day) = 10),
    sealed       blob NOT NULL,
    files        text NOT NULL
) WITHOUT ROWID;
CREATE INDEX held_words_consultation ON held_words (consultation);

-- The day on which original words are deleted.
CREATE TABLE retentions (
    consultation text NOT NULL PRIMARY KEY REFERENCES consultations (id),
    version      integer NOT NULL,
    day          text NOT NULL CHECK (length(day) = 10),
    account      text NOT NULL,
    written      text NOT NULL CHECK (length(written) = 10),
    done         text NOT NULL
) WITHOUT ROWID;
