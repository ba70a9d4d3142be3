-- +goose Up

-- The day the words of a submission that still counts were erased; '' for never.
ALTER TABLE submissions ADD COLUMN erased text COLLATE "C" NOT NULL DEFAULT '';

-- Requests about rights and for information. Nothing that a respondent wrote.
CREATE TABLE requests (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    version      integer NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    reference    text COLLATE "C" NOT NULL,
    received     text COLLATE "C" NOT NULL CHECK (length(received) = 10),
    came         text COLLATE "C" NOT NULL,
    extended     text COLLATE "C" NOT NULL,
    state        text COLLATE "C" NOT NULL,
    outcome      text COLLATE "C" NOT NULL,
    done         text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    written      text COLLATE "C" NOT NULL CHECK (length(written) = 10)
);
CREATE INDEX requests_consultation ON requests (consultation);

-- What was done for them. The submission is '' once it was erased.
CREATE TABLE request_acts (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    request      text COLLATE "C" NOT NULL REFERENCES requests (id),
    kind         text COLLATE "C" NOT NULL,
    state        text COLLATE "C" NOT NULL,
    submission   text COLLATE "C" NOT NULL,
    reason       text COLLATE "C" NOT NULL,
    frozen       boolean NOT NULL,
    account      text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    second       text COLLATE "C" NOT NULL,
    second_day   text COLLATE "C" NOT NULL
);
CREATE INDEX request_acts_consultation ON request_acts (consultation);

-- Sealed copies of words that were taken back while something in law held them.
CREATE TABLE held_words (
    submission   text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    sealed       bytea NOT NULL,
    files        text COLLATE "C" NOT NULL
);
CREATE INDEX held_words_consultation ON held_words (consultation);

-- The day on which original words are deleted.
CREATE TABLE retentions (
    consultation text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES consultations (id),
    version      integer NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    account      text COLLATE "C" NOT NULL,
    written      text COLLATE "C" NOT NULL CHECK (length(written) = 10),
    done         text COLLATE "C" NOT NULL
);
