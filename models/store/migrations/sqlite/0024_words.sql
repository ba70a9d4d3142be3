-- +goose Up

-- The key of each submission's words, sealed with the portal's secret. There is
-- none once it was erased. Backups have this table in a file of its own.
CREATE TABLE submission_keys (
    submission text NOT NULL PRIMARY KEY,
    sealed     blob NOT NULL
) WITHOUT ROWID;

-- Half of what opens an attachment's files, sealed like its text.
ALTER TABLE attachments ADD COLUMN secret text NOT NULL DEFAULT '';
