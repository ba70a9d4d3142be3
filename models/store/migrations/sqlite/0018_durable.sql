-- +goose Up
-- What this database belongs to: the list of erasures that is kept outside it,
-- and a mark of the secret that its receipts and seals were made with.
CREATE TABLE portal (
    id       integer NOT NULL PRIMARY KEY CHECK (id = 1),
    erasures text    NOT NULL,
    secret   text    NOT NULL
);
