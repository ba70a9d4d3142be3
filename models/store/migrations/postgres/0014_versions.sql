-- +goose Up

-- Who proposed a version of a report and who checked it. Those from before
-- there were two say nothing about it.
ALTER TABLE reports ADD COLUMN day          text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN proposed_by  text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN published_by text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN struck       text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN pack         bytea;

-- Whose answers are counted in which version: a later one never tells them apart
-- from each other.
CREATE TABLE report_members (
    consultation text COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    submission   text COLLATE "C" NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    PRIMARY KEY (consultation, version, submission)
);
CREATE INDEX report_members_submission ON report_members (submission);

-- The version that waits for a second person, or was sent back by one.
CREATE TABLE report_proposals (
    consultation text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES consultations (id),
    number       integer NOT NULL CHECK (number > 0),
    data         bytea NOT NULL,
    hash         text COLLATE "C" NOT NULL,
    members      text NOT NULL,
    pack         bytea NOT NULL,
    day          text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    account      text COLLATE "C" NOT NULL,
    reason       text COLLATE "C" NOT NULL,
    returned_by  text COLLATE "C" NOT NULL,
    returned_day text COLLATE "C" NOT NULL
);

-- What people object to in what became of their words.
CREATE TABLE objections (
    submission text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    day        text COLLATE "C" NOT NULL CHECK (length(day) = 10),
    text       text COLLATE "C" NOT NULL,
    state      text COLLATE "C" NOT NULL,
    reason     text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    decided    text COLLATE "C" NOT NULL,
    version    integer NOT NULL
);

-- How many councillors say that they read a part of a pack. reader is a keyed
-- hash, so that nobody counts twice; the key is not in the database.
CREATE TABLE pack_reads (
    consultation text COLLATE "C" NOT NULL REFERENCES consultations (id),
    version      integer NOT NULL,
    part         text COLLATE "C" NOT NULL,
    reader       text COLLATE "C" NOT NULL,
    PRIMARY KEY (consultation, version, part, reader)
);
