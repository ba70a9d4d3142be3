-- +goose Up

-- Who proposed a version of a report and who checked it. Those from before
-- there were two say nothing about it.
ALTER TABLE reports ADD COLUMN day          text    NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN proposed_by  text    NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN published_by text    NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN struck       text    NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN pack         blob;

-- Whose answers are counted in which version: a later one never tells them apart
-- from each other.
CREATE TABLE report_members (
    consultation text    NOT NULL,
    version      integer NOT NULL,
    submission   text    NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
    PRIMARY KEY (consultation, version, submission)
) WITHOUT ROWID;
CREATE INDEX report_members_submission ON report_members (submission);

-- The version that waits for a second person, or was sent back by one.
CREATE TABLE report_proposals (
    consultation text    NOT NULL PRIMARY KEY REFERENCES consultations (id),
    number       integer NOT NULL CHECK (number > 0),
    data         blob NOT NULL,
    hash         text    NOT NULL,
    members      text NOT NULL,
    pack         blob NOT NULL,
    day          text    NOT NULL CHECK (length(day) = 10),
    account      text    NOT NULL,
    reason       text    NOT NULL,
    returned_by  text    NOT NULL,
    returned_day text    NOT NULL
);

-- What people object to in what became of their words.
CREATE TABLE objections (
    submission text    NOT NULL PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE,
    day        text    NOT NULL CHECK (length(day) = 10),
    text       text    NOT NULL,
    state      text    NOT NULL,
    reason     text    NOT NULL,
    account    text    NOT NULL,
    decided    text    NOT NULL,
    version    integer NOT NULL
) WITHOUT ROWID;

-- How many councillors say that they read a part of a pack. reader is a keyed
-- hash, so that nobody counts twice; the key is not in the database.
CREATE TABLE pack_reads (
    consultation text    NOT NULL REFERENCES consultations (id),
    version      integer NOT NULL,
    part         text    NOT NULL,
    reader       text    NOT NULL,
    PRIMARY KEY (consultation, version, part, reader)
) WITHOUT ROWID;
