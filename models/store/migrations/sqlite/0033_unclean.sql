-- +goose Up

-- Whether the clean copy may still hold what tells who made it, so that nobody but
-- officers opens it. Of documents from before this was kept nobody knows.
ALTER TABLE attachments ADD COLUMN unclean boolean NOT NULL DEFAULT FALSE;
UPDATE attachments SET unclean = TRUE WHERE kind IN ('DOCX', 'ODT');

-- Whether the copy has a key of its own among submission_keys, which goes with it.
ALTER TABLE held_words ADD COLUMN apart boolean NOT NULL DEFAULT FALSE;
