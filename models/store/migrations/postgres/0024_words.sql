-- +goose Up

-- The key of each submission's words, sealed with the portal's secret. There is
-- none once it was erased. Backups have this table in a file of its own.
CREATE TABLE submission_keys (
    submission text NOT NULL PRIMARY KEY,
    sealed     bytea NOT NULL
);
