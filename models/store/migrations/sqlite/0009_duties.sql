-- +goose Up

-- What officers put on record about each duty: every version of it.
CREATE TABLE duty_records (
    consultation text NOT NULL REFERENCES consultations (id),
    duty         integer NOT NULL,
    version      integer NOT NULL,
    state        text NOT NULL,
    evidence     text NOT NULL,
    url          text NOT NULL,
    owner        text NOT NULL,
    done         text NOT NULL,
    day          text NOT NULL CHECK (length(day) = 10),
    account      text NOT NULL,
    PRIMARY KEY (consultation, duty, version)
) WITHOUT ROWID;

-- The days of an order's way from the notice to force, "" while not known.
CREATE TABLE timelines (
    consultation text NOT NULL PRIMARY KEY REFERENCES consultations (id),
    version      integer NOT NULL,
    expires      text NOT NULL,
    notice       text NOT NULL,
    papers       text NOT NULL,
    meeting      text NOT NULL,
    call_in      text NOT NULL,
    ordered      text NOT NULL,
    in_force     text NOT NULL,
    decision     text NOT NULL,
    record       text NOT NULL,
    day          text NOT NULL CHECK (length(day) = 10),
    account      text NOT NULL
) WITHOUT ROWID;

-- The secret address of a consultation's calendar, as a hash.
CREATE TABLE calendar_links (
    consultation text NOT NULL PRIMARY KEY REFERENCES consultations (id),
    hash         blob NOT NULL,
    day          text NOT NULL CHECK (length(day) = 10),
    account      text NOT NULL
) WITHOUT ROWID;

-- Statutory consultees, representatives, petitions, events and publicity.
CREATE TABLE register (
    id           text NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text NOT NULL REFERENCES consultations (id),
    version      integer NOT NULL,
    kind         text NOT NULL,
    name         text NOT NULL,
    body         text NOT NULL,
    why          text NOT NULL,
    day          text NOT NULL,
    answered     text NOT NULL,
    answer       text NOT NULL,
    position     text NOT NULL,
    public_id    text NOT NULL,
    place        text NOT NULL,
    number       integer NOT NULL,
    account      text NOT NULL,
    written      text NOT NULL CHECK (length(written) = 10)
) WITHOUT ROWID;
CREATE INDEX register_consultation ON register (consultation);
