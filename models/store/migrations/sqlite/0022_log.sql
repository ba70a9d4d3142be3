-- +goose Up
-- The public log: an entry for each leaf and for what became of it, for published
-- texts and for what pads each day's batch. Entries are appended in shuffled
-- batches, so that their order does not tell who came when, and say nothing
-- until they are opened. What was public before this stays where it was.
CREATE TABLE log_entries (
    consultation text    NOT NULL REFERENCES consultations (id),
    position     integer NOT NULL,
    hash         blob    NOT NULL,
    kind         text    NOT NULL,
    submission   text    NOT NULL,
    detail       text    NOT NULL,
    roll         integer NOT NULL,
    day          text    NOT NULL,
    PRIMARY KEY (consultation, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX log_entries_hash ON log_entries (consultation, hash);
CREATE INDEX log_entries_submission ON log_entries (submission);
INSERT INTO log_entries (consultation, position, hash, kind, submission, detail, roll, day)
    SELECT consultation, position, leaf, 'submission', '', '', 0, '' FROM leaves;
