-- +goose Up
-- Each act carries the hash of the one before it, and the head that of the
-- last, so that none can be changed or taken out unseen. Acts from before this
-- have none. An act that was recorded and then taken back with everything else
-- its transaction did is undone, and stands in the record as such.
ALTER TABLE audit ADD COLUMN undone boolean NOT NULL DEFAULT false;
ALTER TABLE audit ADD COLUMN hash text COLLATE "C" NOT NULL DEFAULT '';
CREATE TABLE audit_head (
    id   integer NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence bigint NOT NULL,
    hash text COLLATE "C" NOT NULL
);
INSERT INTO audit_head (id, sequence, hash) SELECT 1, coalesce(max(sequence), 0), '' FROM audit;
