-- +goose Up

-- What officers put on record about each duty: every version of it.
CREATE TABLE duty_records (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    duty         integer NOT NULL,
    version      integer NOT NULL,
    state        text COLLATE "C" NOT NULL,
    evidence     text COLLATE "C" NOT NULL,
    url          text COLLATE "C" NOT NULL,
    owner        text COLLATE "C" NOT NULL,
    done         text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    account      text COLLATE "C" NOT NULL,
    PRIMARY KEY (consultation, duty, version)
);

-- The days of an order's way from the notice to force, "" while not known.
CREATE TABLE timelines (
    consultation text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES consultations (id),
    version      integer NOT NULL,
    expires      text COLLATE "C" NOT NULL,
    notice       text COLLATE "C" NOT NULL,
    papers       text COLLATE "C" NOT NULL,
    meeting      text COLLATE "C" NOT NULL,
    call_in      text COLLATE "C" NOT NULL,
    ordered      text COLLATE "C" NOT NULL,
    in_force     text COLLATE "C" NOT NULL,
    decision     text COLLATE "C" NOT NULL,
    record       text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    account      text COLLATE "C" NOT NULL
);

-- The secret address of a consultation's calendar, as a hash.
CREATE TABLE calendar_links (
    consultation text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES consultations (id),
    hash         bytea NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    account      text COLLATE "C" NOT NULL
);

-- Statutory consultees, representatives, petitions, events and publicity.
CREATE TABLE register (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    version      integer NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    body         text COLLATE "C" NOT NULL,
    why          text COLLATE "C" NOT NULL,
    day          text COLLATE "C" NOT NULL,
    answered     text COLLATE "C" NOT NULL,
    answer       text COLLATE "C" NOT NULL,
    position     text COLLATE "C" NOT NULL,
    public_id    text COLLATE "C" NOT NULL,
    place        text COLLATE "C" NOT NULL,
    number       integer NOT NULL,
    account      text COLLATE "C" NOT NULL,
    written      text COLLATE "C" NOT NULL CHECK (length(written) = 10)
);
CREATE INDEX register_consultation ON register (consultation);
